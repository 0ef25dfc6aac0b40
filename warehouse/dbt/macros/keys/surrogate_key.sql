{# A text key over several columns. NULL has a mark of its own and every part is preceded by its length, so that
   neither NULLs nor separators inside values can make two different rows meet. #}
{% macro surrogate_key(columns) %}
  {%- set parts = [] -%}
  {%- for column in columns -%}
    {%- do parts.append("coalesce(length(" ~ column ~ "::varchar) || ':' || " ~ column ~ "::varchar, '-')") -%}
  {%- endfor -%}
  {{ return("md5(" ~ parts | join(" || '|' || ") ~ ")") }}
{% endmacro %}
