{# The canonical fields of advertising and their types. Amounts are in the account's own currency. #}

{% macro canonical_ad_performance() %}
  {{ return(fromyaml("
    ad_date: date
    account_id: text
    campaign_id: text
    campaign_name: text
    publisher_platform: word        # of Meta: facebook, instagram, audience_network …
    currency: text
    time_zone: text                 # in which the account cuts its days
    spend: cost
    usd_spend: cost                 # in US dollars whatever the account's currency, where spend is not given
    impressions: integer
    clicks: integer
    conversions: number             # what the platform claims
    revenue: cost                   # likewise
  ")) }}
{% endmacro %}

{% macro canonical_campaigns() %}
  {{ return(fromyaml("
    campaign_id: text
    campaign_name: text
    account_id: text
  ")) }}
{% endmacro %}

{% macro canonical_exchange_rates() %}
  {{ return(fromyaml("
    rate_date: date
    rates: json                     # units for one euro by currency, beside other keys
  ")) }}
{% endmacro %}
