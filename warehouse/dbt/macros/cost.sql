{# amount × above / below, rounded half to even to the reporting currency's minor unit, for amounts of six decimals; above
   and below are rates as whole numbers of one scale. #}
{% macro convert_cost(amount, above, below) %}
  {%- set digits = namespace(n=2) -%}
  {%- for count, codes in tenant().minor_units.items() if tenant().currency in codes -%}{%- set digits.n = count | int -%}{%- endfor -%}
  {%- set unit = 10 ** (6 - digits.n) -%}
  {%- set millionths = "(" ~ amount ~ "::decimal(36,6) * 1000000)::hugeint" -%}
  {%- set minor_units = divide_half_even("(" ~ millionths ~ " * " ~ above ~ ")", "(" ~ below ~ " * " ~ unit ~ ")") -%}
  {{ return("((" ~ minor_units ~ " * " ~ unit ~ ")::decimal(32,0) * 0.000001::decimal(6,6))::decimal(18,6)") }}
{% endmacro %}
