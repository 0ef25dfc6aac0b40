{# What tenants.yml says of the sources, as an expression over their names: settings of a source beside its connector
   (account_id, currency, timezone); NULL where it says nothing. #}
{% macro source_setting(key, column='source_name') %}
  {%- set cases = [] -%}
  {%- for name, settings in tenant().get('settings', {}).items() if (settings or {}).get(key) -%}
    {%- do cases.append("when '" ~ name ~ "' then '" ~ (settings[key] | string).replace("'", "''") ~ "'") -%}
  {%- endfor -%}
  {{ return("(case " ~ column ~ " " ~ cases | join(' ') ~ " end)" if cases else "null::varchar") }}
{% endmacro %}

{# The time zone in which a source cuts its days: as its rows say, else as tenants.yml says. #}
{% macro account_zone(rows) %}
  {{ return("coalesce(" ~ rows ~ ".time_zone, " ~ source_setting('timezone', rows ~ '.source_name') ~ ")") }}
{% endmacro %}

{# Whether that zone is known and another than the tenant's. #}
{% macro is_other_zone(rows) %}
  {%- set utc = "'UTC', 'Etc/UTC', 'GMT', 'Etc/GMT'" -%}
  {%- set zone = account_zone(rows) -%}
  {%- set same = zone ~ (" in (" ~ utc ~ ")" if "'" ~ tenant().timezone ~ "'" in utc else " = '" ~ tenant().timezone ~ "'") -%}
  {{ return("coalesce(not " ~ same ~ ", false)") }}
{% endmacro %}

{# Whether the store in one column is measured by the property in another. #}
{% macro is_measured_by(property, store) %}
  {%- set tests = [] -%}
  {%- for name, shape in tenant().sources.items() if shape == 'google_analytics' -%}
    {%- do tests.append("(" ~ property ~ " = '" ~ name ~ "' and " ~ store ~ " in (" ~ measured_stores(name) ~ "))") -%}
  {%- endfor -%}
  {{ return("(" ~ tests | join(' or ') ~ ")" if tests else "false") }}
{% endmacro %}

{# The instant of an event's stamp. Projects of Mixpanel made before 2023 stamp events with the wall clock of their zone, as if
   it were UTC's: tenants.yml gives that zone. #}
{% macro instant_of_stamp(stamp) %}
  {%- set cases = [] -%}
  {%- for name, shape in tenant().sources.items() if shape == 'mixpanel' -%}
    {%- set zone = (tenant().get('settings', {}).get(name) or {}).get('timezone') -%}
    {%- if zone -%}
      {%- do cases.append("when '" ~ name ~ "' then (" ~ stamp ~ " at time zone 'UTC') at time zone '" ~ zone.replace("'", "''") ~ "'") -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return("case source_name " ~ cases | join(' ') ~ " else " ~ stamp ~ " end" if cases else stamp) }}
{% endmacro %}
