-- everything that a new load says of an order: the order itself, its lines, its refunds; and the refunds whose order has
-- not arrived, because their currency is guessed from all others
{% set parts = [] %}
{% if is_incremental_build() %}
    {% for found in declared('orders') %}
        {% do parts.append("select source_name, " ~ plain_id('source_id', found.shape) ~ " as order_id from " ~ found.relation ~ " where _dlt_load_id in (" ~ new_loads() ~ ")") %}
    {% endfor %}
    {% for found in declared('refunds') %}
        {% do parts.append("select source_name, parent_id from " ~ found.relation ~ " where _dlt_load_id in (" ~ new_loads() ~ ")") %}
    {% endfor %}
    {% for found in declared('order_products') %}
        {% do parts.append("select source_name, set_key from " ~ source('raw', '_sets') ~ " where entity = '" ~ found.entity ~ "' and _dlt_load_id in (" ~ new_loads() ~ ")") %}
    {% endfor %}
    {% set held = adapter.get_relation(database=this.database, schema=this.schema, identifier='int_refund_records') %}
    {% if held %}
        {% do parts.append("select source_name, order_id from " ~ held ~ " where order_key is null") %}
    {% endif %}
{% else %}
    {# the sources are named for lineage #}
    {% set found = declared('orders') + declared('refunds') + declared('order_products') %}
    {% set sets = source('raw', '_sets') %}
{% endif %}

with final as (
    {% if parts %}
    select distinct source_name, order_id
    from (
        {{ parts | join('\n        union all\n        ') }}
    )
    where order_id is not null
    {% else %}
    select null::varchar as source_name, null::varchar as order_id where false
    {% endif %}
)

select * from final
