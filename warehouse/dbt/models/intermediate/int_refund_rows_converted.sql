-- an order's refunds go at the order's rate, as running sums, and all of a part comes to what the part came to: a full
-- refund nets to 0, and the last one takes the remainder; the refund of an order that has not arrived goes at its own
-- day's rate
{% set reporting = tenant().currency %}
{% set charged = {
    'return_amount': 'goods_amount', 'shipping_amount': 'shipping_amount', 'tax_amount': 'tax_amount',
    'duties_and_fees_amount': 'duties_and_fees_amount', 'tips_amount': 'tips_amount', 'refunded_amount': 'total_amount'
} %}

with refund_rows as (
    select * from {{ ref('int_all_refund_rows') }} where not is_reporting_currency
),

so_far as (
    select
        refund_rows.refund_line_key,
        orders.rate_above,
        orders.rate_below,
        {% for amount, part in charged.items() %}
        refund_rows.{{ amount }}::decimal(18, 4) as {{ amount }},
        (sum(refund_rows.{{ amount }}) over of_order)::decimal(18, 4) as {{ amount }}_so_far,
        orders.{{ part }} as {{ amount }}_charged,
        orders.native_{{ part }} as native_{{ amount }}_charged,
        {% endfor %}
    from refund_rows
    inner join {{ ref('int_orders_converted') }} as orders on refund_rows.order_key = orders.order_key
    window of_order as (
        partition by refund_rows.order_key
        order by
            refund_rows.refunded_at, refund_rows.kind != 'cancellation', length(refund_rows.refund_id), refund_rows.refund_id,
            refund_rows.kind, refund_rows.row_number
        rows unbounded preceding
    )
),

of_orders as (
    select
        refund_line_key,
        {% for amount in charged %}
        case when {{ amount }}_so_far = native_{{ amount }}_charged then {{ amount }}_charged
            else {{ convert(amount ~ '_so_far', 'rate_above', 'rate_below') }} end
        - case when {{ amount }}_so_far - {{ amount }} = native_{{ amount }}_charged then {{ amount }}_charged
            else {{ convert('(' ~ amount ~ '_so_far - ' ~ amount ~ ')', 'rate_above', 'rate_below') }} end as {{ amount }},
        {% endfor %}
    from so_far
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

of_reporting as (
    select * from rates where currency = '{{ reporting }}'
),

without_order as (
    select
        refund_rows.refund_line_key,
        {% for amount in charged %}
        {{ convert('refund_rows.' ~ amount, to_rate_units('reporting.rate'), to_rate_units('native.rate')) }} as {{ amount }},
        {% endfor %}
    from (select * from refund_rows where order_key is null) as refund_rows
    asof inner join rates as native on refund_rows.currency = native.currency and refund_rows.refund_date >= native.rate_date
    asof inner join of_reporting as reporting on refund_rows.refund_date >= reporting.rate_date
    where refund_rows.refund_date - native.rate_date <= 7 and refund_rows.refund_date - reporting.rate_date <= 7
),

final as (
    select
        refund_line_key,
        {% for amount in charged %}
        {{ amount }}::decimal(18, 4) as {{ amount }},
        {% endfor %}
    from (select * from of_orders union all by name select * from without_order)
)

select * from final
