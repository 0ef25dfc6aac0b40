{# Advertising platforms, and how visits tell of their campaigns. #}

{# The family of platforms that a connector belongs to: Facebook's campaigns are Instagram's as well. One that is not named
   here is a family of its own. #}
{% macro platform_family(connector) %}
  {{ return("case " ~ connector ~ " when 'facebook_ads' then 'meta' when 'instagram_ads' then 'meta' when 'google_ads' then 'google'"
     ~ " when 'bing_ads' then 'microsoft' when 'linkedin_ads' then 'linkedin' when 'tiktok_ads' then 'tiktok'"
     ~ " when 'amazon_ads' then 'amazon' else " ~ connector ~ " end") }}
{% endmacro %}

{# The paid channel of a platform whose campaigns no session tells of. #}
{% macro default_paid_channel(family) %}
  {{ return("case " ~ family ~ " when 'google' then 'Paid Search' when 'microsoft' then 'Paid Search' when 'amazon' then 'Paid Shopping'"
     ~ " else 'Paid Social' end") }}
{% endmacro %}

{# The family that the source of a visit belongs to, if any: facebook, m.facebook.com, facebook_ads … #}
{% macro family_of_source(source) %}
  {%- set families = {
      'google': 'google|googleads|adwords|youtube',
      'meta': 'facebook|fb|instagram|ig|meta|messenger|msg|threads|an|audience_network',
      'microsoft': 'bing|microsoft|msn',
      'linkedin': 'linkedin|lnkd',
      'tiktok': 'tiktok',
      'amazon': 'amazon|amzn',
  } -%}
  {%- set cases = [] -%}
  {%- for family, names in families.items() -%}
    {%- do cases.append("when regexp_full_match(lower(trim(" ~ source ~ ")), '([a-z]+[.])?(" ~ names ~ ")([-_ ]?ads)?([.][a-z]{2,3}){0,2}') then '" ~ family ~ "'") -%}
  {%- endfor -%}
  {{ return("case " ~ cases | join(' ') ~ " end") }}
{% endmacro %}

{# A campaign's name as names are compared: lower case, letters and digits alone; NULL where it has none. #}
{% macro comparable_name(name) %}
  {{ return("nullif(regexp_replace(lower(" ~ name ~ "), '[^\\p{L}\\p{N}]', '', 'g'), '')") }}
{% endmacro %}

{# The campaign that a visit was tagged with; NULL for the words that GA4 puts where there is none. #}
{% macro tagged_campaign(campaign) %}
  {{ return("case when lower(" ~ campaign ~ ") not in ('(not set)', '(direct)', '(organic)', '(referral)', '(none)', '(ai-assistant)',"
     ~ " '(data not available)') then " ~ campaign ~ " end") }}
{% endmacro %}

{# Key of what decides to which campaign a visit belongs. #}
{% macro traffic_key(rows, day) %}
  {%- set columns = [] -%}
  {%- for column in [day, 'session_source', 'session_campaign_id', 'session_campaign'] -%}{%- do columns.append(rows ~ '.' ~ column) -%}{%- endfor -%}
  {{ return(surrogate_key(columns)) }}
{% endmacro %}
