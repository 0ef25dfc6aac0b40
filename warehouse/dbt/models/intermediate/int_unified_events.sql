{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'parent_id', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__events'), keep, canonical_events(), 'events') }}
),

instants as (
    select * replace ({{ instant_of_stamp('event_at') }} as event_at)
    from extracted
),

final as (
    select
        {{ surrogate_key(['source_name', 'parent_id', 'payload_id']) }} as event_key,
        * exclude (event_date, event_count, sampled, time_zone),
        coalesce(event_date, (event_at at time zone '{{ tenant().timezone }}')::date) as event_date,
        coalesce(event_count, 1) as event_count,
        sampled > 0 as is_sampled,
        -- of an event by itself the day is the tenant's
        case when event_at is null then {{ account_zone('instants') }} end as time_zone,
        event_at is null and {{ is_other_zone('instants') }} as is_other_zone,
    from instants
)

select * from final
