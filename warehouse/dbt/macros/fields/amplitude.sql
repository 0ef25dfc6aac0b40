{# Amplitude: events of the Export API, in UTC without an offset. #}

{% macro amplitude_events() %}
  {{ return(fromyaml("
    event_at: {path: $.event_time, type: timestamp_utc}
    event_name: {path: $.event_type, type: text}
  ")) }}
{% endmacro %}
