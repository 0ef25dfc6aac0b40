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

{# The raw tables that hold an entity for this tenant: [{connector, entity, relation}]. source() is called for every
   connector so that lineage does not depend on the tenant. #}
{% macro raw_relations(pairs) %}
  {%- set found = [] -%}
  {%- for connector, entity in pairs -%}
    {%- set relation = source('raw', connector ~ '__' ~ entity) -%}
    {%- if connector ~ '__' ~ entity in tenant().raw_tables -%}
      {%- do found.append({'connector': connector, 'entity': entity, 'relation': relation}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{# The names of this tenant's sources that use a connector, as a SQL list of literals; 'no source' where none does. #}
{% macro source_names(connector) %}
  {%- set names = [] -%}
  {%- for name, kind in tenant().sources.items() if kind == connector -%}
    {%- do names.append("'" ~ name ~ "'") -%}
  {%- endfor -%}
  {{ return(names | join(', ') if names else "''") }}
{% endmacro %}
