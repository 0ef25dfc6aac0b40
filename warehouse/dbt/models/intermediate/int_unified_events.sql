{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'parent_id', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__events'), keep, canonical_events(), 'events') }}
),

-- projects of Mixpanel made before 2023 stamp events with the wall clock of their zone, as if it were UTC's
instants as (
    select
        * replace (
            {% set zones = [] -%}
            {%- for name, shape in tenant().sources.items() if shape == 'mixpanel' -%}
              {%- set zone = (tenant().get('settings', {}).get(name) or {}).get('timezone') -%}
              {%- if zone -%}{%- do zones.append("when '" ~ name ~ "' then (event_at at time zone 'UTC') at time zone '" ~ zone.replace("'", "''") ~ "'") -%}{%- endif -%}
            {%- endfor -%}
            {{ "case source_name " ~ zones | join(' ') ~ " else event_at end" if zones else "event_at" }} as event_at
        )
    from extracted
),

final as (
    select
        {{ surrogate_key(['source_name', 'parent_id', 'payload_id']) }} as event_key,
        * exclude (event_date, event_count, sampled),
        coalesce(event_date, (event_at at time zone '{{ tenant().timezone }}')::date) as event_date,
        coalesce(event_count, 1) as event_count,
        sampled > 0 as is_sampled,
        {{ is_other_zone('instants') }} as is_other_zone,
    from instants
)

select * from final
