{# The canonical fields of what visitors did, and their types: sessions, transactions and events. #}

{% macro canonical_sessions() %}
  {{ return(fromyaml("
    session_date: date
    session_source: text
    session_medium: text
    session_campaign: text          # the campaign as the visit was tagged
    session_campaign_id: text
    channel_group: text             # the property's own group
    device_category: text
    country: text
    sessions: integer
    engaged_sessions: integer
    time_zone: text                 # in which the property cuts its days
    has_data_loss: bool             # some of the day's rows were put together as (other)
    is_thresholded: bool            # rows of few visitors may be missing
    sampled: count                  # a figure was estimated from a sample, where there is one
  ")) }}
{% endmacro %}

{% macro canonical_transactions() %}
  {{ return(fromyaml("
    transaction_date: date
    transaction_id: text
    session_source: text
    session_medium: text
    session_campaign: text
    session_campaign_id: text
    channel_group: text
    time_zone: text
    has_data_loss: bool
    is_thresholded: bool
    sampled: count
  ")) }}
{% endmacro %}

{% macro canonical_events() %}
  {{ return(fromyaml("
    event_date: date                # of a report
    event_at: timestamp             # of a record
    event_name: text
    event_count: integer            # of a report; a record is one event
    time_zone: text
    has_data_loss: bool
    is_thresholded: bool
    sampled: count
  ")) }}
{% endmacro %}
