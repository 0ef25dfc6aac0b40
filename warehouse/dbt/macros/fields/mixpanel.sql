{# Mixpanel: events of the raw export. #}

{% macro mixpanel_events() %}
  {{ return(fromyaml("
    event_at: {path: $.properties.time, type: epoch}
    event_name: {path: $.event, type: text}
  ")) }}
{% endmacro %}
