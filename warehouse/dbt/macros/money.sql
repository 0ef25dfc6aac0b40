{# Exact integer arithmetic on amounts: DuckDB divides decimals as floats, which would decide ties by accident. #}

{# An amount as a whole number of ten-thousandths. #}
{% macro to_units(amount) %}
  {{ return("(" ~ amount ~ "::decimal(38,4) * 10000)::hugeint") }}
{% endmacro %}

{# The amount of a whole number of ten-thousandths. #}
{% macro from_units(units) %}
  {{ return("((" ~ units ~ ")::decimal(34, 0) * 0.0001::decimal(4, 4))::decimal(18, 4)") }}
{% endmacro %}

{# Ten-thousandths in one minor unit of a currency: 100 for cents. #}
{% macro minor_unit(currency) %}
  {%- set groups = tenant().minor_units -%}
  {%- set cases = [] -%}
  {%- for digits, codes in groups.items() -%}
    {#- not `in`, of which DuckDB makes a join each -#}
    {%- do cases.append("when list_contains(['" ~ codes | join("', '") ~ "'], " ~ currency ~ ") then " ~ (10 ** (4 - digits | int))) -%}
  {%- endfor -%}
  {{ return("(case " ~ cases | join(' ') ~ " else 100 end)" if cases else "100") }}
{% endmacro %}

{# numerator / denominator, both whole numbers and the denominator above 0, rounded half to even. #}
{% macro divide_half_even(numerator, denominator) %}
  {%- set n = "abs(" ~ numerator ~ ")" -%}
  {%- set d = denominator -%}
  {%- set whole = "(" ~ n ~ " // " ~ d ~ ")" -%}
  {%- set twice_rest = "2 * (" ~ n ~ " % " ~ d ~ ")" -%}
  {{ return("(sign(" ~ numerator ~ ")::hugeint * (" ~ whole ~ " + case when " ~ twice_rest ~ " > " ~ d
     ~ " or (" ~ twice_rest ~ " = " ~ d ~ " and " ~ whole ~ " % 2 = 1) then 1 else 0 end))") }}
{% endmacro %}

{# amount × part / whole, rounded half to even to the currency's minor unit; NULL where whole is not above 0. #}
{% macro share(amount, part, whole, currency) %}
  {%- set unit = minor_unit(currency) -%}
  {%- set numerator = to_units(amount) ~ " * " ~ to_units(part) -%}
  {%- set denominator = "(" ~ to_units(whole) ~ " * " ~ unit ~ ")" -%}
  {{ return("(case when " ~ whole ~ " > 0 then "
     ~ from_units(divide_half_even("(" ~ numerator ~ ")", denominator) ~ " * " ~ unit) ~ " end)") }}
{% endmacro %}
