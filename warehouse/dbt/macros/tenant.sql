{# The tenant of this run. A run without one would build an empty star with success, so it is refused when it executes
   (parsing must work without, because one parsed manifest serves every tenant). #}
{% macro tenant() %}
  {%- set t = var('tenant') -%}
  {%- if execute and flags.WHICH not in ['parse', 'list', 'docs', 'test_unit'] and t.slug == '_parse_' -%}
    {{ exceptions.raise_compiler_error("No tenant was given: run dbt through `gata-mcp dbt TENANT -- ...`.") }}
  {%- endif -%}
  {{ return(t) }}
{% endmacro %}

{# Schemas are named as configured, not prefixed with the target's schema. #}
{% macro generate_schema_name(custom_schema_name, node) %}
  {{ return((custom_schema_name or target.schema) | trim) }}
{% endmacro %}

{# The names of this tenant's sources of a shape, as a SQL list of literals; an empty name where there is none. #}
{% macro source_names(shape) %}
  {%- set names = [] -%}
  {%- for name, kind in tenant().sources.items() if kind == shape -%}
    {%- do names.append("'" ~ name ~ "'") -%}
  {%- endfor -%}
  {{ return(names | join(', ') if names else "''") }}
{% endmacro %}
