{# Google Ads, rows of searchStream. Cost is in millionths; a figure of zero may be left out. #}

{% macro google_ads_ad_performance() %}
  {{ return(fromyaml("
    ad_date: {path: $.segments.date, type: date}
    account_id: {path: $.customer.id, type: text}
    campaign_id: {path: $.campaign.id, type: text}
    campaign_name: {path: $.campaign.name, type: text}
    currency: {path: $.customer.currencyCode, type: text}
    time_zone: {path: $.customer.timeZone, type: text}
    spend: {path: $.metrics.costMicros, factor: '0.000001', type: cost}
    impressions: {path: $.metrics.impressions, type: integer}
    clicks: {path: $.metrics.clicks, type: integer}
    conversions: {path: $.metrics.conversions, type: number}
    revenue: {path: $.metrics.conversionsValue, type: cost}
  ")) }}
{% endmacro %}

{% macro google_ads_campaigns() %}
  {{ return(fromyaml("
    campaign_id: {path: $.campaign.id, type: text}
    campaign_name: {path: $.campaign.name, type: text}
    account_id: {path: $.customer.id, type: text}
  ")) }}
{% endmacro %}
