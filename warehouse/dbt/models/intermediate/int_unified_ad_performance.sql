{% set keep = ['tenant_slug', 'connector', 'shape', 'entity', 'source_name', 'parent_id', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__ad_performance'), keep, canonical_ad_performance(), 'ad_performance') }}
),

placed as (
    select
        * replace (
            regexp_replace(coalesce(account_id, {{ source_setting('account_id') }}), '^act_', '') as account_id,
            upper(coalesce(currency, {{ source_setting('currency') }})) as currency
        ),
        {{ account_zone('extracted') }} as account_zone,
        {{ is_other_zone('extracted') }} as is_other_zone,
        spend is null and usd_spend is not null as is_in_usd,
    from extracted
),

-- what a platform leaves out is nothing; an amount known in US dollars alone stays in them
typed as (
    select
        {{ surrogate_key(['source_name', 'entity', 'parent_id', 'payload_id']) }} as ad_performance_key,
        tenant_slug,
        connector,
        shape,
        source_name,
        payload_id,
        {{ platform_family('connector') }} as platform_family,
        account_id,
        case when connector in ('facebook_ads', 'instagram_ads') then coalesce(account_id, '') end as meta_account,
        ad_date,
        campaign_id,
        campaign_name,
        publisher_platform,
        account_zone as time_zone,
        is_other_zone,
        case when is_in_usd then 'USD' else coalesce(currency, '{{ tenant().currency }}') end as currency,
        currency is null and not is_in_usd as is_currency_assumed,
        coalesce(spend, usd_spend, 0) as spend_amount,
        case
            when is_in_usd and currency is distinct from 'USD' then 0
            else coalesce(revenue, 0)
        end as platform_revenue_amount,
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        coalesce(conversions, 0) as platform_conversions,
        _cast_errors,
        _dlt_load_id,
        payload_hash,
    from placed
),

-- whose rows an account of Meta has on a day
days_of_meta as (
    select
        meta_account,
        ad_date,
        bool_or(connector = 'facebook_ads') as has_facebook_ads,
        bool_or(connector = 'facebook_ads' and publisher_platform is null) as has_whole_rows,
        bool_or(connector = 'instagram_ads' and publisher_platform = 'instagram') as has_instagram_rows,
    from typed
    where meta_account is not null
    group by all
),

whole_campaigns as (
    select distinct meta_account, ad_date, campaign_id
    from typed
    where connector = 'facebook_ads' and publisher_platform is null
),

-- a row counts once, so that the sum of Meta's two platforms is the account's
judged as (
    select
        typed.*,
        case
            when typed.connector = 'facebook_ads' then
                case
                    when typed.publisher_platform is null then null
                    when whole_campaigns.ad_date is not null then 'in a row without the breakdown'
                    when typed.publisher_platform = 'instagram' and days_of_meta.has_instagram_rows and not days_of_meta.has_whole_rows
                        then 'counted by instagram_ads'
                end
            when typed.connector = 'instagram_ads' then
                case
                    when typed.publisher_platform = 'instagram'
                        then case when days_of_meta.has_whole_rows then 'in a row without the breakdown' end
                    when days_of_meta.has_facebook_ads then 'counted by facebook_ads'
                    else 'no facebook_ads source'
                end
        end as exclusion_reason,
    from typed
    left join days_of_meta on typed.meta_account = days_of_meta.meta_account and typed.ad_date = days_of_meta.ad_date
    left join whole_campaigns
        on typed.meta_account = whole_campaigns.meta_account
        and typed.ad_date = whole_campaigns.ad_date
        and typed.campaign_id is not distinct from whole_campaigns.campaign_id
),

final as (
    select
        * exclude (meta_account),
        exclusion_reason is null as is_counted,
    from judged
)

select * from final
