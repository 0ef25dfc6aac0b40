{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'source_id as customer_id', 'updated_at', 'loaded_at', '_dlt_load_id', 'payload_hash', 'raw_data_payload as customer_raw'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__customers'), keep, canonical_customers(), 'customers') }}
),

final as (
    select * from extracted
)

select * from final
