{# Meta's Insights API once more: the rows are Facebook's, whose they are int_unified_ad_performance decides. #}

{% macro instagram_ads_ad_performance() %}
  {{ return(facebook_ads_ad_performance()) }}
{% endmacro %}

{% macro instagram_ads_campaigns() %}
  {{ return(facebook_ads_campaigns()) }}
{% endmacro %}
