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

{# What an incremental build adds replaces all that the table held of the changed orders; where a build is none (plain
   `dbt run`), all that it held. #}
{% macro get_incremental_replace_changed_sql(arguments) %}
  {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    delete from {{ arguments.target_relation }}
    {%- if is_incremental_build() %}
    where (source_name, order_id) in (
        select (source_name, order_id) from {{ arguments.target_relation.incorporate(path={'identifier': 'int_changed_orders'}) }}
    )
    {%- endif %};
    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments.temp_relation }}
{% endmacro %}
