with sessions as (
    select * from {{ ref('int_unified_sessions') }}
),

campaigns as (
    select * from {{ ref('int_traffic_campaigns') }}
),

final as (
    select
        sessions.session_row_key,
        sessions.source_name,
        sessions.connector as platform,
        sessions.session_date,
        sessions.channel,
        campaigns.campaign_key,
        coalesce(campaigns.campaign_name, {{ tagged_campaign('sessions.session_campaign') }}) as campaign_name,
        sessions.session_source,
        sessions.session_medium,
        sessions.device_category,
        sessions.visitor_country,
        sessions.sessions,
        sessions.engaged_sessions,
        sessions.payload_id as source_id,
        sessions.payload_hash,
        sessions._dlt_load_id,
    from sessions
    left join campaigns on sessions.traffic_key = campaigns.traffic_key
)

select * from final
