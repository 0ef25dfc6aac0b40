{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'parent_id', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__transactions'), keep, canonical_transactions(), 'transactions') }}
),

usual_groups as (
{{ usual_groups(ref('int_unified_sessions')) }}
),

final as (
    select
        {{ surrogate_key(['extracted.source_name', 'extracted.parent_id', 'extracted.payload_id']) }} as transaction_key,
        extracted.* exclude (sampled),
        {{ traffic_key('extracted', 'transaction_date') }} as traffic_key,
        {{ channel_of('extracted') }} as channel,
        extracted.sampled > 0 as is_sampled,
    from extracted
    {{ joined_with_usual_groups('extracted') }}
)

select * from final
