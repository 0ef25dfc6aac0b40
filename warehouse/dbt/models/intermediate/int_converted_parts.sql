-- an order's parts are its lines but for tips (which stand in the order's tips), shipping, taxes, duties and fees, tips:
-- their sum is converted as one amount, and what the rounded parts miss of it goes to the largest, the first of equals
with rates as (
    select * from {{ ref('int_order_rates') }}
),

orders as (
    select orders.*, rates.rate_above, rates.rate_below
    from {{ ref('int_unified_orders') }} as orders
    inner join rates on orders.order_key = rates.order_key
),

parts as (
    select
        lines.order_key,
        'line' as part,
        lines.line_number,
        0 as place,
        lines.net_amount as native_amount,
        rates.rate_above,
        rates.rate_below,
        not lines.is_gift_card as is_sale,
    from {{ ref('int_unified_order_lines') }} as lines
    inner join rates on lines.order_key = rates.order_key
    where not lines.is_tip
    {% for part in ['shipping', 'tax', 'duties_and_fees', 'tips'] %}
    union all
    select order_key, '{{ part }}', 0, {{ loop.index }}, {{ part }}_amount, rate_above, rate_below, false
    from orders
    {% endfor %}
),

converted as (
    select
        *,
        {{ convert('native_amount', 'rate_above', 'rate_below') }} as amount,
        {{ convert('sum(native_amount) over (partition by order_key)', 'rate_above', 'rate_below') }} as whole_amount,
        row_number() over (partition by order_key order by native_amount desc, place, line_number) = 1 as takes_remainder,
    from parts
),

final as (
    select
        order_key,
        part,
        line_number,
        is_sale,
        native_amount,
        (amount + case when takes_remainder then whole_amount - sum(amount) over (partition by order_key) else 0 end)::decimal(18, 4) as amount,
    from converted
)

select * from final
