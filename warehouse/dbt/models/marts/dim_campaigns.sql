with campaigns as (
    select * from {{ ref('int_unified_campaigns') }}
),

-- the paid channel that most of a campaign's sessions have
channels as (
    select joined.campaign_key, sessions.channel
    from {{ ref('int_unified_sessions') }} as sessions
    inner join {{ ref('int_traffic_campaigns') }} as joined on sessions.traffic_key = joined.traffic_key
    where sessions.channel in ({{ paid_channels() }})
    group by joined.campaign_key, sessions.channel
    qualify row_number() over (partition by joined.campaign_key order by sum(sessions.sessions) desc, sessions.channel) = 1
),

final as (
    select
        campaigns.campaign_key,
        campaigns.platform_family,
        campaigns.campaign_id,
        campaigns.campaign_name,
        coalesce(channels.channel, {{ default_paid_channel('campaigns.platform_family') }}) as channel,
        campaigns.account_id,
        campaigns.first_day,
        campaigns.last_day,
    from campaigns
    left join channels on campaigns.campaign_key = channels.campaign_key
)

select * from final
