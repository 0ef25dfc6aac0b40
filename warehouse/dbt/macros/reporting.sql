{# Amounts in the tenant's reporting currency. #}

{# A native amount where it is in the reporting currency already, else the converted one; NULL where there is no rate. #}
{% macro in_reporting_currency(amount, rows, converted) %}
  {{ return("(case when " ~ rows ~ ".is_reporting_currency then " ~ rows ~ "." ~ amount ~ " else " ~ converted ~ "." ~ amount ~ " end)::decimal(18, 4)") }}
{% endmacro %}

{# A rate as a whole number of hundred-millionths. #}
{% macro to_rate_units(rate) %}
  {{ return("(" ~ rate ~ "::decimal(26, 8) * 100000000)::hugeint") }}
{% endmacro %}

{# amount × numerator / denominator, rounded half to even to the reporting currency's minor unit; both are whole numbers
   of one scale (rate units, or units of amounts); NULL where the denominator is 0 or missing. #}
{% macro convert(amount, numerator, denominator) %}
  {%- set digits = namespace(n=2) -%}
  {%- for count, codes in tenant().minor_units.items() if tenant().currency in codes -%}{%- set digits.n = count | int -%}{%- endfor -%}
  {%- set unit = 10 ** (4 - digits.n) -%}
  {%- set above = "(" ~ to_units(amount) ~ " * " ~ numerator ~ " * sign(" ~ denominator ~ ")::hugeint)" -%}
  {%- set below = "(abs(" ~ denominator ~ ") * " ~ unit ~ ")" -%}
  {{ return("(case when " ~ denominator ~ " != 0 then " ~ from_units(divide_half_even(above, below) ~ " * " ~ unit) ~ " end)") }}
{% endmacro %}

{# The dimensions of an order that its lines and refunds carry as well. #}
{% macro order_dimensions() %}
  {{ return(['order_status', 'currency', 'customer_country', 'customer_type', 'channel', 'campaign_name']) }}
{% endmacro %}
