{% macro kite_ads_ad_performance() %}
  {{ return(fromyaml("
    ad_date: {path: $.flown_on, type: date}
    account_id: {path: $.account, type: text}
    campaign_id: {path: $.kite, type: text}
    campaign_name: {path: $.kite, type: text}
    spend: {path: $.paid, type: cost}
    impressions: {path: $.seen, type: integer}
    clicks: {path: $.touched, type: integer}
  ")) }}
{% endmacro %}
