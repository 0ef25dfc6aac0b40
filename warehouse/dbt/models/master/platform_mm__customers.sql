with inside_orders as (
    select
        tenant_slug,
        connector,
        shape,
        'customers' as entity,
        source_name,
        {{ cast_text('_v[1]', 'global_id') }} as source_id,
        null::varchar as parent_id,
        0 as position,
        coalesce(try_cast(coalesce(_v[2], _v[3]) as timestamptz), updated_at) as updated_at,
        loaded_at,
        payload_id,
        _dlt_load_id,
        payload_hash,
        _v[4]::json as raw_data_payload
    from (
        select
            * exclude (raw_data_payload),
            json_extract_string(
                raw_data_payload, ['$.customer.id', '$.customer.updated_at', '$.customer.updatedAt', '$.customer']
            ) as _v
        from {{ ref('platform_mm__orders') }}
        where connector = 'shopify'
    )
    where _v[1] is not null
),

records as (
    {{ latest_of('customers') }}
),

final as (
    select *
    from (select * from inside_orders union all by name select * from records)
    qualify row_number() over (
        partition by source_name, source_id order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc
    ) = 1
)

select * from final
