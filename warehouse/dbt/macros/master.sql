{# The building blocks of the platform_mm__* models: every source of an entity in one relation. #}

{# Every version of every record of one raw table. #}
{% macro record_versions(found) %}
    select
        '{{ tenant().slug }}' as tenant_slug,
        '{{ found.connector }}' as connector,
        source_name,
        source_id,
        parent_id,
        position,
        updated_at,
        loaded_at,
        _dlt_load_id,
        payload_hash,
        payload as raw_data_payload
    from {{ found.relation }}
    where source_name in ({{ source_names(found.connector) }})
{%- endmacro %}

{# The latest version of each record: by the vendor's update time, then load, then hash. It is chosen over narrow
   columns, before any payload is touched. #}
{% macro latest_records(found) %}
{{ record_versions(found) }}
        and (source_name, source_id, _dlt_load_id, payload_hash) in (
            select (source_name, source_id, _dlt_load_id, payload_hash)
            from {{ found.relation }}
            qualify row_number() over (
                partition by source_name, source_id
                order by updated_at desc nulls last, _dlt_load_id desc, payload_hash desc
            ) = 1
        )
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

{# No rows with the master columns, for a tenant that has no source of an entity. #}
{% macro no_records() %}
    select
        null::varchar as tenant_slug,
        null::varchar as connector,
        null::varchar as source_name,
        null::varchar as source_id,
        null::varchar as parent_id,
        null::bigint as position,
        null::timestamptz as updated_at,
        null::timestamptz as loaded_at,
        null::varchar as _dlt_load_id,
        null::varchar as payload_hash,
        null::json as raw_data_payload
    where false
{%- endmacro %}

{# The members of a list inside the latest orders of one connector; the payload that bears them is the order's.
   id: the path of a member's own id, or none to keep the position. #}
{% macro members_of_orders(connector, list) %}
    select
        tenant_slug,
        connector,
        source_name,
        json_extract_string(member, '$.id') as source_id,
        source_id as parent_id,
        position,
        updated_at,
        loaded_at,
        _dlt_load_id,
        payload_hash,
        member as raw_data_payload
    from (
        select
            * exclude (position),
            unnest(json_extract(raw_data_payload, '$.{{ list }}[*]')) as member,
            generate_subscripts(json_extract(raw_data_payload, '$.{{ list }}[*]'), 1) - 1 as position
        from {{ ref('platform_mm__orders') }}
        where connector = '{{ connector }}'
    )
{%- endmacro %}
