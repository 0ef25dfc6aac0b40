{# Models put in place in one step. dbt's own build beside the old relation, rename both and drop the old one,
   so that readers never miss it: nobody reads the work database while it is built, and these steps were a third of a
   small build's time. A model that fails is rolled back to what it was. #}

{% materialization table, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
  {% call statement('main', language='sql') -%}
    {{ create_table_as(False, target, compiled_code, 'sql') }}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# An incremental build replaces all that the table holds of the changed orders; any other makes the table anew. dbt's own
   goes by a temporary table and asks the catalog for the columns of both: 20 ms a model. #}
{% materialization incremental, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- set held = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if held is not none and not (held.is_table and is_incremental_build()) -%}
    {%- do drop_relation_if_exists(held) -%}
    {%- set held = none -%}
  {%- endif -%}
  {% call statement('main', language='sql') -%}
    {%- if held is none -%}
      {{ create_table_as(False, target, compiled_code, 'sql') }}
    {%- else -%}
      delete from {{ target }} where (source_name, order_id) in (
        select (source_name, order_id) from {{ target.incorporate(path={'identifier': 'int_changed_orders'}) }}
      );
      insert into {{ target }} by name {{ compiled_code }}
    {%- endif -%}
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
  {%- set target = this.incorporate(type='view') -%}
  {%- set held = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {%- if held is not none and held.type != 'view' -%}{%- do drop_relation_if_exists(held) -%}{%- endif -%}
  {% call statement('main', language='sql') -%}
    create or replace view {{ target }} as (
      {{ compiled_code }}
    )
  {%- endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
