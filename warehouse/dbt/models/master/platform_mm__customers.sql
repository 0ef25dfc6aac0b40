with inside_orders as (
    select
        tenant_slug,
        connector,
        shape,
        'customers' as entity,
        source_name,
        {{ plain_id("json_extract_string(raw_data_payload, '$.customer.id')", 'any_graphql') }} as source_id,
        null::varchar as parent_id,
        0 as position,
        coalesce(
            try_cast(json_extract_string(raw_data_payload, '$.customer.updated_at') as timestamptz),
            try_cast(json_extract_string(raw_data_payload, '$.customer.updatedAt') as timestamptz),
            updated_at
        ) as updated_at,
        loaded_at,
        payload_id,
        _dlt_load_id,
        payload_hash,
        json_extract(raw_data_payload, '$.customer') as raw_data_payload
    from {{ ref('platform_mm__orders') }}
    where connector = 'shopify' and json_extract_string(raw_data_payload, '$.customer.id') is not null
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
