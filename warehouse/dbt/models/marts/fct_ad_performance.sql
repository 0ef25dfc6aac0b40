{% set reporting = tenant().currency %}
{% set amounts = ['spend_amount', 'platform_revenue_amount'] %}

with reports as (
    select * from {{ ref('int_unified_ad_performance') }} where is_counted
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

of_reporting as (
    select * from rates where currency = '{{ reporting }}'
),

-- a reference rate is carried over at most seven days, and goes through the euro
rates_of_days as (
    select
        days.currency,
        days.ad_date,
        {{ to_rate_units('reporting.rate') }} as rate_above,
        {{ to_rate_units('native.rate') }} as rate_below,
        case when days.currency = 'EUR' then reporting.payload_hash else native.payload_hash end as rate_payload_hash,
        case when days.currency = 'EUR' then reporting._dlt_load_id else native._dlt_load_id end as rate_load_id,
    from (select distinct currency, ad_date from reports where currency != '{{ reporting }}') as days
    asof left join rates as native on days.currency = native.currency and days.ad_date >= native.rate_date
    asof left join of_reporting as reporting on days.ad_date >= reporting.rate_date
    where days.ad_date - native.rate_date <= 7 and days.ad_date - reporting.rate_date <= 7
),

final as (
    select
        reports.ad_performance_key,
        reports.source_name,
        reports.connector as platform,
        reports.account_id,
        reports.ad_date,
        coalesce(campaigns.channel, {{ default_paid_channel('reports.platform_family') }}) as channel,
        campaigns.campaign_key,
        reports.campaign_id,
        coalesce(campaigns.campaign_name, reports.campaign_name) as campaign_name,
        reports.publisher_platform,
        reports.currency,
        reports.currency = '{{ reporting }}' or rates_of_days.rate_below is not null as is_priced,
        {% for amount in amounts %}
        case
            when reports.currency = '{{ reporting }}' then reports.{{ amount }}
            when rates_of_days.rate_below is not null
                then {{ convert_cost('reports.' ~ amount, 'rates_of_days.rate_above', 'rates_of_days.rate_below') }}
        end as {{ amount }},
        {% endfor %}
        {% for amount in amounts %}
        reports.{{ amount }} as native_{{ amount }},
        {% endfor %}
        reports.impressions,
        reports.clicks,
        reports.platform_conversions,
        rates_of_days.rate_payload_hash,
        rates_of_days.rate_load_id,
        reports.payload_id as source_id,
        reports.payload_hash,
        reports._dlt_load_id,
    from reports
    left join campaigns
        on reports.platform_family = campaigns.platform_family and reports.campaign_id = campaigns.campaign_id
    left join rates_of_days on reports.currency = rates_of_days.currency and reports.ad_date = rates_of_days.ad_date
)

select * from final
