{# Microsoft Advertising: rows of a performance report, all texts. The days are UTC days whatever was asked for. #}

{% macro bing_ads_ad_performance() %}
  {{ return(fromyaml("
    ad_date: {path: $.TimePeriod, type: date}
    account_id: {path: $.AccountId, type: text}
    campaign_id: {path: $.CampaignId, type: text}
    campaign_name: {path: $.CampaignName, type: text}
    currency: {path: $.CurrencyCode, type: text}
    time_zone: {value: '''UTC''', type: text}
    spend: {path: $.Spend, type: cost}
    impressions: {path: $.Impressions, type: integer}
    clicks: {path: $.Clicks, type: integer}
    conversions: {path: [$.ConversionsQualified, $.Conversions], type: number}
    revenue: {path: $.Revenue, type: cost}
  ")) }}
{% endmacro %}

{% macro bing_ads_campaigns() %}
  {{ return(fromyaml("
    campaign_id: {path: [$.Id, $.CampaignId], type: text}
    campaign_name: {path: [$.Name, $.CampaignName], type: text}
    account_id: {path: $.AccountId, type: text}
  ")) }}
{% endmacro %}
