{% set sets = raw_relations([('bigcommerce', 'order_products')]) %}

{{ members_of_orders('shopify', 'line_items') }}
union all by name
{{ members_of_orders('woocommerce', 'line_items') }}
{% for relation in sets %}
union all by name
{{ latest_sets(relation) }}
{% endfor %}
