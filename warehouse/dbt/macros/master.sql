{# The building blocks of the platform_mm__* models: every source of an entity in one relation. Which shapes feed which
   master model is declared beside the connectors (ingest/connectors/) and written to macros/declarations.sql. #}

{# The raw tables that feed a master model for this tenant: [{connector, shape, entity, kind, relation}]. source() is
   called for every declared table when the project is parsed, so that lineage does not depend on the tenant. #}
{% macro declared(master) %}
  {%- set found = [] -%}
  {%- for table in declarations().get(master, {}).get('records', []) -%}
    {%- set name = table.shape ~ '__' ~ table.entity -%}
    {%- if not execute or name in tenant().raw_tables -%}
      {%- set relation = source('raw', name) -%}
      {%- if name in tenant().raw_tables -%}
        {%- do found.append({
            'connector': table.connector, 'shape': table.shape, 'entity': table.entity, 'kind': table.kind, 'relation': relation
        }) -%}
      {%- endif -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{# An id as every API of a vendor knows it: GraphQL's are global (gid://shopify/Order/1), their last part is the id. #}
{% macro plain_id(expression, shape) %}
  {{ return(cast_text(expression, 'global_id') if shape.endswith('_graphql') else expression) }}
{% endmacro %}

{# Every version of every record of one raw table; but: an anti join that leaves some out. #}
{% macro record_versions(found, but='') %}
    select
        '{{ tenant().slug }}' as tenant_slug,
        '{{ found.connector }}' as connector,
        '{{ found.shape }}' as shape,
        '{{ found.entity }}' as entity,
        source_name,
        {{ plain_id('source_id', found.shape) }} as source_id,
        parent_id,
        position,
        updated_at,
        loaded_at,
        source_id as payload_id,
        _dlt_load_id,
        payload_hash,
        payload as raw_data_payload
    from {{ found.relation }} as versions
    {{ but }}
    where source_name in ({{ source_names(found.shape) }})
{%- endmacro %}

{# The latest version of each record: by the vendor's update time, then load, then hash. It is chosen over narrow
   columns, before any payload is touched, and among the few records that have several versions. #}
{% macro latest_records(found) %}
{% set superseded %}
    anti join (
        select source_name, source_id, _dlt_load_id, payload_hash
        from {{ found.relation }}
        where (source_name, source_id) in (
            select (source_name, source_id) from {{ found.relation }} group by source_name, source_id having count(*) > 1
        )
        qualify row_number() over (
            partition by source_name, source_id
            order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc
        ) > 1
    ) as superseded using (source_name, source_id, _dlt_load_id, payload_hash)
{% endset %}
{{ record_versions(found, superseded) }}
{%- endmacro %}

{# The members of the newest version of each set. #}
{% macro latest_sets(found) %}
{{ record_versions(found) }}
        and (source_name, parent_id, _dlt_load_id) in (
            select (source_name, set_key, _dlt_load_id)
            from {{ source('raw', '_sets') }}
            where entity = '{{ found.entity }}'
            qualify row_number() over (partition by source_name, set_key order by _dlt_load_id desc) = 1
        )
{%- endmacro %}

{# The latest version of everything that is delivered by itself for a master model; typed and empty where the tenant has
   nothing of it. #}
{% macro latest_of(master) %}
  {%- set found = declared(master) -%}
  {%- for relation in found -%}
    {%- if relation.kind == 'set' -%}{{ latest_sets(relation) }}{%- else -%}{{ latest_records(relation) }}{%- endif -%}
    {%- if not loop.last %}
    union all by name
    {% endif -%}
  {%- endfor -%}
  {%- if not found -%}{{ no_records() }}{%- endif -%}
{% endmacro %}

{# Every version of every record that is delivered by itself for a master model. #}
{% macro versions_of(master) %}
  {%- set found = declared(master) -%}
  {%- for relation in found -%}
    {{ record_versions(relation) }}
    {%- if not loop.last %}
    union all by name
    {% endif -%}
  {%- endfor -%}
  {%- if not found -%}{{ no_records() }}{%- endif -%}
{% endmacro %}

{# No rows with the master columns, for a tenant that has no source of an entity. #}
{% macro no_records() %}
    select
        null::varchar as tenant_slug,
        null::varchar as connector,
        null::varchar as shape,
        null::varchar as entity,
        null::varchar as source_name,
        null::varchar as source_id,
        null::varchar as parent_id,
        null::bigint as position,
        null::timestamptz as updated_at,
        null::timestamptz as loaded_at,
        null::varchar as payload_id,
        null::varchar as _dlt_load_id,
        null::varchar as payload_hash,
        null::json as raw_data_payload
    where false
{%- endmacro %}

{# What stands in lists inside the latest orders; the payload that bears a member is the order's. orders: those to open,
   platform_mm__orders or a part of it. #}
{% macro embedded_in_orders(master, orders) %}
  {%- set inside = declarations().get(master, {}).get('inside', []) -%}
  {%- for place in inside %}
    select
        tenant_slug,
        connector,
        shape,
        '{{ master }}' as entity,
        source_name,
        {{ plain_id("json_extract_string(member, '$.id')", place.shape) }} as source_id,
        source_id as parent_id,
        position,
        updated_at,
        loaded_at,
        payload_id,
        _dlt_load_id,
        payload_hash,
        member as raw_data_payload
    from (
        select
            * exclude (members),
            unnest(members) as member,
            generate_subscripts(members, 1) - 1 as position
        from (
            select
                * exclude (position, raw_data_payload),
                json_extract(raw_data_payload, '$.{{ place.list }}[*]') as members
            from {{ orders }}
            where shape = '{{ place.shape }}'
        )
    )
    {%- if not loop.last %}
    union all by name
    {%- endif -%}
  {%- endfor -%}
  {%- if not inside -%}{{ no_records() }}{%- endif -%}
{%- endmacro %}

{# The records of platform_mm__order_products. A filter on the order is not pushed below the unnesting, so who wants those
   of some orders hands over these orders. #}
{% macro order_product_records(orders) %}
{{ embedded_in_orders('order_products', orders) }}
union all by name
{{ latest_of('order_products') }}
{% endmacro %}

{# The records of platform_mm__refunds that stand in some orders, of which versions are all versions, or by themselves. #}
{% macro refund_records(orders, versions) %}
with records as (
    {{ latest_of('refunds') }}
),

inside_orders as (
    {{ embedded_in_orders('refunds', orders) }}
),

-- WooCommerce's orders tell of their refunds without a date: the first version that tells of one dates it
first_told as (
    select source_name, json_extract_string(member, '$.id') as source_id, min(coalesce(updated_at, loaded_at)) as told_at
    from (
        select source_name, updated_at, loaded_at, unnest(json_extract(raw_data_payload, '$.refunds[*]')) as member
        from {{ versions }}
        where connector = 'woocommerce' and json_extract_string(raw_data_payload, '$.refunds[0].id') is not null
    )
    group by all
),

-- one id counts once: Shopify's order is newer than a refund delivered by itself, WooCommerce's record says more
ranked as (
    select *, case connector when 'shopify' then 2 else 1 end as rank, null::timestamptz as told_at
    from records
    union all by name
    select inside_orders.*, case inside_orders.connector when 'shopify' then 1 else 2 end as rank, first_told.told_at
    from inside_orders
    left join first_told using (source_name, source_id)
),

final as (
    select * exclude (rank)
    from ranked
    qualify row_number() over (partition by source_name, source_id order by rank) = 1
)

select * from final
{% endmacro %}
