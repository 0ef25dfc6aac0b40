{# GA4's default channel group, recomputed from the tags of a visit for sources that do not say it themselves: Google's rules
   for manually tagged traffic, in Google's order, whatever the case (support.google.com/analytics/answer/9756891). What
   depends on more than the tags (the network of an advertisement of Google's own) cannot be known here. AI Assistant came in
   2026: GA4 marks such visits with a medium of their own. #}
{% macro default_channel_group(source, medium, campaign) %}
  {%- set s = "lower(trim(coalesce(" ~ source ~ ", '')))" -%}
  {%- set m = "lower(trim(coalesce(" ~ medium ~ ", '')))" -%}
  {%- set c = "lower(trim(coalesce(" ~ campaign ~ ", '')))" -%}
  {%- set is_paid = "regexp_full_match(" ~ m ~ ", '.*cp.*|ppc|retargeting|paid.*')" -%}
  {%- set is_of_shop = "regexp_matches(" ~ c ~ ", '(^|[^a-df-z])shop|shopping')" -%}
  {%- set emails = "('email', 'e-mail', 'e_mail', 'e mail')" -%}
  {%- set social = "('social', 'social-network', 'social-media', 'sm', 'social network', 'social media')" -%}
        list_transform([{{ source_category(source) }}], lambda category: case
            when {{ s }} = '(direct)' and {{ m }} in ('(not set)', '(none)') then 'Direct'
            when contains({{ c }}, 'cross-network') then 'Cross-network'
            when {{ m }} = 'ai-assistant' then 'AI Assistant'
            when {{ is_paid }} then
                case
                    when {{ is_of_shop }} then 'Paid Shopping'
                    else case category
                        when 'shopping' then 'Paid Shopping'
                        when 'search' then 'Paid Search'
                        when 'social' then 'Paid Social'
                        when 'video' then 'Paid Video'
                        else case when {{ m }} = 'cpm' then 'Display' else 'Paid Other' end
                    end
                end
            when {{ m }} in ('display', 'banner', 'expandable', 'interstitial') then 'Display'
            when {{ is_of_shop }} then 'Organic Shopping'
            when category = 'shopping' then 'Organic Shopping'
            when {{ m }} in {{ social }} or category = 'social' then 'Organic Social'
            when contains({{ m }}, 'video') or category = 'video' then 'Organic Video'
            when {{ m }} = 'organic' or category = 'search' then 'Organic Search'
            when {{ m }} in ('referral', 'app', 'link') then 'Referral'
            when {{ s }} in {{ emails }} or {{ m }} in {{ emails }} then 'Email'
            when {{ m }} = 'affiliate' then 'Affiliates'
            when {{ m }} = 'audio' then 'Audio'
            when {{ s }} = 'sms' or {{ m }} = 'sms' then 'SMS'
            when regexp_matches({{ m }}, 'push$|mobile|notification') or {{ s }} = 'firebase' then 'Mobile Push Notifications'
            else 'Unassigned'
        end)[1]
{%- endmacro %}

{# The group that most sessions of the same property, source, medium and campaign have, where the property said it. sessions:
   a relation with these columns, sessions and channel_group. #}
{% macro usual_groups(sessions) %}
    select source_name, session_source, session_medium, session_campaign, channel_group
    from (
        select source_name, session_source, session_medium, session_campaign, channel_group, sum(sessions) as sessions
        from {{ sessions }}
        where channel_group is not null
        group by all
    )
    qualify row_number() over (
        partition by source_name, session_source, session_medium, session_campaign order by sessions desc, channel_group
    ) = 1
{%- endmacro %}

{# A row's channel: the property's own group, else the usual one, else ours. #}
{% macro channel_of(rows) %}
  {{ return("coalesce(" ~ rows ~ ".channel_group, usual_groups.channel_group, "
     ~ default_channel_group(rows ~ '.session_source', rows ~ '.session_medium', rows ~ '.session_campaign') ~ ")") }}
{% endmacro %}

{# The join that channel_of needs. #}
{% macro joined_with_usual_groups(rows) %}
    left join usual_groups
        on {{ rows }}.source_name = usual_groups.source_name
        {% for tag in ['session_source', 'session_medium', 'session_campaign'] %}
        and {{ rows }}.{{ tag }} is not distinct from usual_groups.{{ tag }}
        {% endfor %}
{%- endmacro %}
