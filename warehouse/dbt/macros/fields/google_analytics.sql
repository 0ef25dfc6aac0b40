{# Google Analytics 4: flat rows of runReport, each with its report's metadata. #}

{% macro google_analytics_sessions() %}
  {{ return(fromyaml("
    session_date: {path: $.date, type: date}
    session_source:
      first:
        - {path: $.sessionSource, type: text}
        - {pattern: '^(.*) / ', path: $.sessionSourceMedium, type: text}
    session_medium:
      first:
        - {path: $.sessionMedium, type: text}
        - {pattern: ' / (.*)$', path: $.sessionSourceMedium, type: text}
    session_campaign: {path: [$.sessionCampaignName, $.sessionGoogleAdsCampaignName], nulls: ['(not set)'], type: text}
    session_campaign_id: {path: [$.sessionCampaignId, $.sessionGoogleAdsCampaignId], nulls: ['(not set)'], type: text}
    channel_group: {path: $.sessionDefaultChannelGroup, type: text}
    device_category: {path: $.deviceCategory, type: text}
    country: {path: [$.country, $.countryId], type: text}
    sessions: {path: $.sessions, type: integer}
    engaged_sessions: {path: $.engagedSessions, type: integer}
    time_zone: {path: $._metadata.timeZone, type: text}
    has_data_loss: {path: $._metadata.dataLossFromOtherRow, type: bool}
    is_thresholded: {path: $._metadata.subjectToThresholding, type: bool}
    sampled: {count: $._metadata.samplingMetadatas}
  ")) }}
{% endmacro %}

{% macro google_analytics_transactions() %}
  {%- set fields = google_analytics_sessions() -%}
  {%- set found = fromyaml("
    transaction_date: {path: $.date, type: date}
    transaction_id: {path: $.transactionId, nulls: ['(not set)'], type: text}
  ") -%}
  {%- for field in canonical_transactions() if field in fields -%}{%- do found.update({field: fields[field]}) -%}{%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{% macro google_analytics_events() %}
  {{ return(fromyaml("
    event_date: {path: $.date, type: date}
    event_name: {path: $.eventName, type: text}
    event_count: {path: $.eventCount, type: integer}
    time_zone: {path: $._metadata.timeZone, type: text}
    has_data_loss: {path: $._metadata.dataLossFromOtherRow, type: bool}
    is_thresholded: {path: $._metadata.subjectToThresholding, type: bool}
    sampled: {count: $._metadata.samplingMetadatas}
  ")) }}
{% endmacro %}
