with events as (
    select * from {{ ref('int_unified_events') }}
),

final as (
    select
        event_key,
        source_name,
        connector as platform,
        event_date,
        event_at,
        event_name,
        event_count,
        payload_id as source_id,
        payload_hash,
        _dlt_load_id,
    from events
)

select * from final
