{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'parent_id', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__sessions'), keep, canonical_sessions(), 'sessions') }}
),

countries as (
    {{ countries() }}
),

usual_groups as (
{{ usual_groups('extracted') }}
),

final as (
    select
        {{ surrogate_key(['extracted.source_name', 'extracted.parent_id', 'extracted.payload_id']) }} as session_row_key,
        extracted.* exclude (country, sessions, engaged_sessions, sampled, time_zone),
        {{ traffic_key('extracted', 'session_date') }} as traffic_key,
        {{ channel_of('extracted') }} as channel,
        coalesce(countries.name, extracted.country) as visitor_country,
        coalesce(extracted.sessions, 0) as sessions,
        coalesce(extracted.engaged_sessions, 0) as engaged_sessions,
        extracted.sampled > 0 as is_sampled,
        {{ account_zone('extracted') }} as time_zone,
        {{ is_other_zone('extracted') }} as is_other_zone,
    from extracted
    {{ joined_with_usual_groups('extracted') }}
    left join countries on upper(extracted.country) = countries.code
)

select * from final
