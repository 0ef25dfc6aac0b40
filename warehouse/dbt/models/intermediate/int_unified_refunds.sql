with refunds as (
    select * from {{ ref('int_refund_records') }}
),

items as (
    select
        refund_key,
        sum(value_amount) filter (where item_type = 'PRODUCT') as value_amount,
        sum(tax_amount) filter (where item_type = 'PRODUCT') as tax_amount,
        sum(value_amount) filter (where item_type = 'PRODUCT' and not is_no_sale) as goods_amount,
        sum(value_amount) filter (where item_type in ('SHIPPING', 'HANDLING', 'GIFT_WRAPPING')) as shipping_amount,
        sum(tax_amount) filter (where item_type in ('SHIPPING', 'HANDLING', 'GIFT_WRAPPING')) as shipping_tax_amount,
        sum(value_amount) filter (where item_type = 'FEE') as fees_amount,
        sum(tax_amount) filter (where item_type = 'FEE') as fees_tax_amount,
    from {{ ref('int_unified_refund_lines') }}
    group by refund_key
),

cancellations as (
    select order_key, cancelled_at from {{ ref('int_order_cancellations') }}
),

totalled as (
    select
        refunds.* exclude (
            tax_amount, shipping_amount, shipping_tax_amount, fees_amount, fees_tax_amount, refund_lines, total_amount
        ),
        coalesce(items.value_amount, 0)::decimal(18, 4) as items_amount,
        coalesce(items.goods_amount, 0)::decimal(18, 4) as goods_amount,
        coalesce(items.tax_amount, 0)::decimal(18, 4) as items_tax_amount,
        coalesce(items.shipping_amount, refunds.shipping_amount
            - case when refunds.prices_include_tax then refunds.shipping_tax_amount else 0 end)::decimal(18, 4) as shipping_amount,
        coalesce(items.shipping_tax_amount, refunds.shipping_tax_amount)::decimal(18, 4) as shipping_tax_amount,
        coalesce(items.fees_amount, refunds.fees_amount)::decimal(18, 4) as fees_amount,
        coalesce(items.fees_tax_amount, refunds.fees_tax_amount)::decimal(18, 4) as fees_tax_amount,
        coalesce(refunds.refunded_at >= cancellations.cancelled_at, false) as is_after_cancellation,
    from refunds
    left join items on refunds.refund_key = items.refund_key
    left join cancellations on refunds.order_key = cancellations.order_key
),

-- what goes back beyond the items: what the vendor recorded, else the money they do not explain
final as (
    select
        *,
        coalesce(
            discrepancy_amount,
            greatest(
                money_amount - items_amount - items_tax_amount - shipping_amount - shipping_tax_amount - fees_amount - fees_tax_amount,
                0
            )
        )::decimal(18, 4) as rest_amount,
    from totalled
)

select * from final
