{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__platform_sales'), keep, canonical_platform_sales(), 'platform_sales') }}
),

-- reports write what is taken off as negative
final as (
    select * replace (abs(discounts) as discounts, abs(returns) as returns)
    from extracted
)

select * from final
