-- the advertising campaign that visits of a day, source and tag belong to: by id, else by name among the campaigns of the
-- platform that the source is of
with tags as (
    select traffic_key, session_date as day, session_source, session_campaign_id, {{ tagged_campaign('session_campaign') }} as session_campaign
    from {{ ref('int_unified_sessions') }}
    union
    select traffic_key, transaction_date, session_source, session_campaign_id, {{ tagged_campaign('session_campaign') }}
    from {{ ref('int_unified_transactions') }}
),

traffic as (
    select
        *,
        {{ family_of_source('session_source') }} as platform_family,
        {{ comparable_name('session_campaign') }} as comparable_name,
    from tags
    where coalesce(session_campaign_id, session_campaign) is not null
),

campaigns as (
    select * from {{ ref('int_unified_campaigns') }}
),

names as (
    select platform_family, unnest(comparable_names) as comparable_name, campaign_id, campaign_key, campaign_name, first_day, last_day
    from campaigns
),

-- an id of several platforms is that of the platform that the source is of
by_id as (
    select
        traffic.traffic_key,
        campaigns.campaign_key,
        campaigns.campaign_name,
        case when campaigns.campaign_id = traffic.session_campaign_id then 1 else 2 end as rank,
        campaigns.platform_family = traffic.platform_family as is_of_source,
        null::date as last_day,
        campaigns.campaign_id,
    from traffic
    inner join campaigns on campaigns.campaign_id = traffic.session_campaign_id
    union
    select
        traffic.traffic_key, campaigns.campaign_key, campaigns.campaign_name, 2,
        campaigns.platform_family = traffic.platform_family, null, campaigns.campaign_id,
    from traffic
    inner join campaigns on campaigns.campaign_id = traffic.session_campaign
),

-- a name of several campaigns is that of the one that ran on the day, else of the one that ran last
by_name as (
    select
        traffic.traffic_key,
        names.campaign_key,
        names.campaign_name,
        3 as rank,
        count(*) filter (traffic.day between names.first_day and names.last_day) over (partition by traffic.traffic_key) = 1
            and coalesce(traffic.day between names.first_day and names.last_day, false) as is_of_day,
        names.last_day,
        names.campaign_id,
    from traffic
    inner join names
        on traffic.platform_family = names.platform_family and traffic.comparable_name = names.comparable_name
),

found as (
    select traffic_key, campaign_key, campaign_name, rank, true as is_of_day, last_day, campaign_id
    from by_id
    qualify is_of_source or count(*) over (partition by traffic_key, rank) = 1
    union all by name
    select * from by_name
),

final as (
    select traffic_key, campaign_key, campaign_name
    from found
    qualify row_number() over (
        partition by traffic_key order by rank, is_of_day desc, last_day desc nulls last, campaign_id
    ) = 1
)

select * from final
