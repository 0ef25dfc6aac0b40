{% set found = raw_relations([('shopify', 'orders'), ('bigcommerce', 'orders'), ('woocommerce', 'orders')]) %}
{% for relation in found %}
{{ latest_records(relation) }}
    {% if not loop.last %}union all by name{% endif %}
{% endfor %}
{% if not found %}{{ no_records() }}{% endif %}
