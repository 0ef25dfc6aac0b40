{% set parts = ['shipping', 'tax', 'duties_and_fees', 'tips'] %}

with parts as (
    select
        order_key,
        sum(amount) filter (where is_sale) as goods_amount,
        sum(native_amount) filter (where is_sale) as native_goods_amount,
        {% for part in parts %}
        any_value(amount) filter (where part = '{{ part }}') as {{ part }}_amount,
        any_value(native_amount) filter (where part = '{{ part }}') as native_{{ part }}_amount,
        {% endfor %}
    from {{ ref('int_converted_parts') }}
    group by order_key
),

final as (
    select
        parts.order_key,
        rates.rate_above,
        rates.rate_below,
        coalesce(parts.goods_amount, 0)::decimal(18, 4) as goods_amount,
        coalesce(parts.native_goods_amount, 0)::decimal(18, 4) as native_goods_amount,
        {% for part in parts %}
        parts.{{ part }}_amount,
        parts.native_{{ part }}_amount,
        {% endfor %}
        {{ convert('orders.total_amount', 'rates.rate_above', 'rates.rate_below') }} as total_amount,
        orders.total_amount as native_total_amount,
    from parts
    inner join {{ ref('int_order_rates') }} as rates on parts.order_key = rates.order_key
    inner join {{ ref('int_unified_orders') }} as orders on parts.order_key = orders.order_key
)

select * from final
