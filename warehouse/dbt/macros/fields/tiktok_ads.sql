{# TikTok Ads: rows of dimensions and metrics. The value of purchases is total_complete_payment_rate, which is no rate. #}

{% macro tiktok_ads_ad_performance() %}
  {{ return(fromyaml("
    ad_date: {path: $.dimensions.stat_time_day, type: date}
    account_id: {path: [$.dimensions.advertiser_id, $.metrics.advertiser_id, $.advertiser_id], nulls: ['-', '--'], type: text}
    campaign_id: {path: [$.dimensions.campaign_id, $.metrics.campaign_id], nulls: ['-', '--'], type: text}
    campaign_name: {path: $.metrics.campaign_name, nulls: ['-', '--'], type: text}
    currency: {path: $.metrics.currency, nulls: ['-', '--'], type: text}
    spend: {path: $.metrics.spend, type: cost}
    impressions: {path: $.metrics.impressions, type: integer}
    clicks: {path: $.metrics.clicks, type: integer}
    conversions: {path: [$.metrics.conversion, $.metrics.complete_payment], type: number}
    revenue: {path: $.metrics.total_complete_payment_rate, type: cost}
  ")) }}
{% endmacro %}

{% macro tiktok_ads_campaigns() %}
  {{ return(fromyaml("
    campaign_id: {path: $.campaign_id, type: text}
    campaign_name: {path: $.campaign_name, nulls: ['-', '--'], type: text}
    account_id: {path: $.advertiser_id, type: text}
  ")) }}
{% endmacro %}
