{# Meta's Insights API. A purchase stands in `actions` and `action_values` under several names; of these exactly one is
   taken, the widest first. #}

{% macro facebook_ads_ad_performance() %}
  {%- set found = fromyaml("
    ad_date: {path: $.date_start, type: date}
    account_id: {path: $.account_id, type: text}
    campaign_id: {path: $.campaign_id, type: text}
    campaign_name: {path: $.campaign_name, type: text}
    publisher_platform: {path: $.publisher_platform, type: word}
    currency: {path: $.account_currency, type: text}
    spend: {path: $.spend, type: cost}
    impressions: {path: $.impressions, type: integer}
    clicks: {path: $.clicks, type: integer}
  ") -%}
  {%- set purchases = [
      'omni_purchase', 'purchase', 'offsite_conversion.fb_pixel_purchase', 'onsite_web_purchase', 'onsite_conversion.purchase',
      'app_custom_event.fb_mobile_purchase'
  ] -%}
  {%- for field, list, type in [('conversions', '$.actions', 'number'), ('revenue', '$.action_values', 'cost')] -%}
    {%- set variants = [] -%}
    {%- for name in purchases -%}
      {%- do variants.append({'member': list, 'of': '$.value', 'when': [{'path': '$.action_type', 'is': [name]}], 'type': type}) -%}
    {%- endfor -%}
    {%- do found.update({field: {'first': variants}}) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{% macro facebook_ads_campaigns() %}
  {{ return(fromyaml("
    campaign_id: {path: $.id, type: text}
    campaign_name: {path: $.name, type: text}
    account_id: {path: $.account_id, type: text}
  ")) }}
{% endmacro %}
