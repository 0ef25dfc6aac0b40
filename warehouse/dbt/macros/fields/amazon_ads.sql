{# Amazon Ads: the campaign reports of Sponsored Products, whose purchases have a window of 14 days in their name, and of
   Brands and Display, whose purchases have none. #}

{% macro amazon_ads_ad_performance() %}
  {{ return(fromyaml("
    ad_date: {path: $.date, type: date}
    account_id: {path: $.profileId, type: text}
    campaign_id: {path: $.campaignId, type: text}
    campaign_name: {path: $.campaignName, type: text}
    currency: {path: $.campaignBudgetCurrencyCode, type: text}
    spend: {path: [$.cost, $.spend], type: cost}
    impressions: {path: $.impressions, type: integer}
    clicks: {path: $.clicks, type: integer}
    conversions: {path: [$.purchases14d, $.purchases], type: number}
    revenue: {path: [$.sales14d, $.sales], type: cost}
  ")) }}
{% endmacro %}
