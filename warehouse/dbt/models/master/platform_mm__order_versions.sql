{{ config(materialized='view') }}

{% set found = raw_relations([('shopify', 'orders'), ('bigcommerce', 'orders'), ('woocommerce', 'orders')]) %}
{% for relation in found %}
{{ record_versions(relation) }}
    {% if not loop.last %}union all by name{% endif %}
{% endfor %}
{% if not found %}{{ no_records() }}{% endif %}
