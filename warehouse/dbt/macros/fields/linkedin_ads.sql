{# LinkedIn Ads: elements of adAnalytics by campaign. Ids are the last part of URNs; account and currency stand in no row. #}

{% macro linkedin_ads_ad_performance() %}
  {{ return(fromyaml("
    ad_date:
      first:
        - {date_parts: [$.dateRange.start.year, $.dateRange.start.month, $.dateRange.start.day]}
        - {path: $.dateRange.start, type: date}
    campaign_id: {pattern: '([0-9]+)$', path: '$.pivotValues[0]', type: text}
    spend: {path: $.costInLocalCurrency, type: cost}
    usd_spend: {path: $.costInUsd, type: cost}
    impressions: {path: $.impressions, type: integer}
    clicks: {path: $.clicks, type: integer}
    conversions: {path: $.externalWebsiteConversions, type: number}
    revenue: {path: $.conversionValueInLocalCurrency, type: cost}
  ")) }}
{% endmacro %}

{% macro linkedin_ads_campaigns() %}
  {{ return(fromyaml("
    campaign_id: {pattern: '([0-9]+)$', path: $.id, type: text}
    campaign_name: {path: $.name, type: text}
    account_id: {pattern: '([0-9]+)$', path: $.account, type: text}
  ")) }}
{% endmacro %}
