{% set found = raw_relations([('shopify', 'customers')]) %}

with inside_orders as (
    select
        tenant_slug,
        connector,
        source_name,
        json_extract_string(raw_data_payload, '$.customer.id') as source_id,
        null::varchar as parent_id,
        0 as position,
        coalesce(try_cast(json_extract_string(raw_data_payload, '$.customer.updated_at') as timestamptz), updated_at) as updated_at,
        loaded_at,
        _dlt_load_id,
        payload_hash,
        json_extract(raw_data_payload, '$.customer') as raw_data_payload
    from {{ ref('platform_mm__orders') }}
    where connector = 'shopify' and json_extract_string(raw_data_payload, '$.customer.id') is not null
),

records as (
    {% for relation in found %}
    {{ latest_records(relation) }}
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}
    {% if not found %}{{ no_records() }}{% endif %}
),

final as (
    select *
    from (select * from inside_orders union all by name select * from records)
    qualify row_number() over (
        partition by source_name, source_id order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc
    ) = 1
)

select * from final
