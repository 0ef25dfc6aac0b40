{# The channels of GA4's default channel group that are paid for, as a SQL list of literals. #}
{% macro paid_channels() %}
  {{ return("'Paid Search', 'Paid Shopping', 'Paid Social', 'Paid Video', 'Paid Other', 'Display', 'Cross-network'") }}
{% endmacro %}

{# The stores that a property measures, as a SQL list of literals: those of `measures`, every store where it is left
   out. #}
{% macro measured_stores(property) %}
  {%- set measures = (tenant().get('settings', {}).get(property) or {}).get('measures') -%}
  {%- set names = [] -%}
  {%- for name in (measures if measures is not none else tenant().sources) -%}{%- do names.append("'" ~ name ~ "'") -%}{%- endfor -%}
  {{ return(names | join(', ') if names else "''") }}
{% endmacro %}

{# Whether a GA4 property of the tenant measures the store in a column. #}
{% macro is_measured_store(column) %}
  {%- set tests = [] -%}
  {%- for name, shape in tenant().sources.items() if shape == 'google_analytics' -%}
    {%- do tests.append(column ~ " in (" ~ measured_stores(name) ~ ")") -%}
  {%- endfor -%}
  {{ return("(" ~ tests | join(' or ') ~ ")" if tests else "false") }}
{% endmacro %}
