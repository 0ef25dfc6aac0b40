{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'updated_at', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with records as (
    {{ extract_entity(ref('platform_mm__campaigns'), keep, canonical_campaigns(), 'campaigns') }}
),

reports as (
    select * from {{ ref('int_unified_ad_performance') }} where campaign_id is not null and is_counted is not false
),

-- every name that a campaign bears, with how new it is: a record's name goes before a report row's
names as (
    select
        {{ platform_family('connector') }} as platform_family,
        campaign_id,
        campaign_name,
        regexp_replace(account_id, '^act_', '') as account_id,
        true as is_record,
        coalesce(updated_at, 'epoch'::timestamptz) as named_at,
        _dlt_load_id,
        payload_hash,
        null::date as first_day,
        null::date as last_day,
    from records
    where campaign_id is not null
    union all by name
    select
        platform_family,
        campaign_id,
        campaign_name,
        account_id,
        false as is_record,
        max(ad_date)::timestamp at time zone 'UTC' as named_at,
        max(_dlt_load_id) as _dlt_load_id,
        max(payload_hash) as payload_hash,
        min(ad_date) as first_day,
        max(ad_date) as last_day,
    from reports
    group by platform_family, campaign_id, campaign_name, account_id
),

final as (
    select
        {{ surrogate_key(['platform_family', 'campaign_id']) }} as campaign_key,
        platform_family,
        campaign_id,
        arg_max(campaign_name, (is_record, named_at, _dlt_load_id, payload_hash)) filter (campaign_name is not null) as campaign_name,
        list_sort(list(distinct {{ comparable_name('campaign_name') }}) filter (campaign_name is not null)) as comparable_names,
        arg_max(account_id, (is_record, named_at, _dlt_load_id, payload_hash)) filter (account_id is not null) as account_id,
        min(first_day) as first_day,
        max(last_day) as last_day,
    from names
    group by platform_family, campaign_id
)

select * from final
