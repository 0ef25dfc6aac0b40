{# The European Central Bank's reference rates: a column a currency. #}

{% macro ecb_rates_exchange_rates() %}
  {{ return(fromyaml("
    rate_date: {path: $.Date, type: date}
    rates: {json: $}
  ")) }}
{% endmacro %}
