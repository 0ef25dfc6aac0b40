{# Incremental builds of the models that parse JSON. warehouse/build.py decides whether a build may be one, and names the
   loads that the models have not seen; everything that belongs to an order which one of them touches is replaced whole,
   so that children which are gone are gone. Without `new_loads` the tables are built anew. #}

{% macro is_incremental_build() %}
  {{ return(tenant().get('new_loads') is not none and not flags.FULL_REFRESH) }}
{% endmacro %}

{# The loads that the models have not seen, as a SQL list of literals. #}
{% macro new_loads() %}
  {%- set loads = tenant().get('new_loads') or [] -%}
  {{ return("'" ~ loads | join("', '") ~ "'") }}
{% endmacro %}

{# A condition that keeps what belongs to changed orders: `and (source_name, <column>) in …`; nothing in a full build. #}
{% macro of_changed_orders(column, start='and') %}
  {# named while parsing too, for lineage #}
  {%- if not execute or is_incremental_build() -%}
    {{ return(start ~ " (source_name, " ~ column ~ ") in (select (source_name, order_id) from " ~ ref('int_changed_orders') ~ ")") }}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}

{# A view over orders, of the schema in which `beside` stands, with those alone that changed. It is not named by ref: what
   reads it depends on `beside`, and so on it. #}
{% macro changed_orders_of(view, beside) %}
  {{ return("(select * from " ~ beside.incorporate(path={'identifier': view}) ~ " " ~ of_changed_orders('source_id', 'where') ~ ")") }}
{% endmacro %}
