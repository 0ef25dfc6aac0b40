{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

-- a report by account has the columns of a report by campaign, but for the campaign
with extracted as (
    {{ extract_entity(ref('platform_mm__ad_accounts'), keep, canonical_ad_performance(), 'ad_performance', 'ad_accounts') }}
),

final as (
    select
        tenant_slug,
        connector,
        shape,
        source_name,
        {{ platform_family('connector') }} as platform_family,
        regexp_replace(coalesce(account_id, {{ source_setting('account_id') }}), '^act_', '') as account_id,
        publisher_platform,
        ad_date,
        coalesce(spend, usd_spend, 0) as spend_amount,
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        _cast_errors,
        payload_id,
        _dlt_load_id,
        payload_hash,
    from extracted
)

select * from final
