{# A native amount in the tenant's reporting currency; NULL where there is no rate to bring it there. #}
{% macro in_reporting_currency(amount, orders='orders') %}
  {{ return("case when " ~ orders ~ ".is_reporting_currency then " ~ amount ~ " end::decimal(18, 4)") }}
{% endmacro %}

{# The dimensions of an order that its lines and refunds carry as well. #}
{% macro order_dimensions() %}
  {{ return(['order_status', 'currency', 'customer_country', 'customer_type', 'channel', 'campaign_name']) }}
{% endmacro %}
