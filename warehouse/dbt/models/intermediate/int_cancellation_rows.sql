with cancellations as (
    select * from {{ ref('int_order_cancellations') }}
),

orders as (
    select * from {{ ref('int_unified_orders') }}
),

lines as (
    select * from {{ ref('int_unified_order_lines') }}
    where order_key in (select order_key from cancellations) and not is_gift_card and not is_tip
),

rows_before as (
    select rows_of_refunds.*
    from {{ ref('int_refund_rows') }} as rows_of_refunds
    inner join {{ ref('int_unified_refunds') }} as refunds on rows_of_refunds.refund_key = refunds.refund_key
    where not refunds.is_after_cancellation and rows_of_refunds.order_key in (select order_key from cancellations)
    union all by name
    select * from {{ ref('int_ledger_rows') }} where order_key in (select order_key from cancellations)
),

returned_by_line as (
    select
        rows_before.order_key,
        rows_before.line_id,
        sum(rows_before.return_amount) as return_amount,
        sum(rows_before.quantity) as quantity,
    from rows_before
    where (rows_before.order_key, rows_before.line_id) in (select (order_key, line_id) from lines)
    group by all
),

taken_back as (
    select
        order_key,
        sum(return_amount) filter (
            where line_id is null or (order_key, line_id) not in (select (order_key, line_id) from lines where line_id is not null)
        ) as goods_without_line,
        sum(shipping_amount) as shipping_amount,
        sum(tax_amount) as tax_amount,
        sum(duties_and_fees_amount) as duties_and_fees_amount,
        sum(tips_amount) as tips_amount,
    from rows_before
    group by order_key
),

-- what each line still holds; goods returned beyond what was sold of it take nothing more
left_over as (
    select
        lines.*,
        case
            when lines.net_amount < 0 then least(lines.net_amount - coalesce(returned.return_amount, 0), 0)
            else greatest(lines.net_amount - coalesce(returned.return_amount, 0), 0)
        end::decimal(18, 4) as goods_left,
        case
            when lines.quantity < 0 then least(lines.quantity - coalesce(returned.quantity, 0), 0)
            else greatest(lines.quantity - coalesce(returned.quantity, 0), 0)
        end as quantity_left,
        coalesce(taken_back.goods_without_line, 0)::decimal(18, 4) as goods_without_line,
    from lines
    left join returned_by_line as returned on lines.order_key = returned.order_key and lines.line_id = returned.line_id
    left join taken_back on lines.order_key = taken_back.order_key
),

-- what had come back without a product is shared over the lines by what they hold
weighed as (
    select
        *,
        greatest(goods_left, 0)::decimal(18, 4) as weight,
        least(goods_without_line, sum(greatest(goods_left, 0)) over (partition by order_key))::decimal(18, 4) as goods_to_share,
        row_number() over (partition by order_key order by goods_left desc, line_number) = 1 as takes_remainder,
    from left_over
),

shared as (
    select
        *,
        coalesce({{ share('goods_to_share', 'weight', '(sum(weight) over (partition by order_key))', 'currency') }}, 0) as share_amount,
    from weighed
),

goods as (
    select
        *,
        goods_left - share_amount - case
            when takes_remainder then goods_to_share - sum(share_amount) over (partition by order_key) else 0
        end as return_amount,
        row_number() over (partition by order_key order by line_number) as place,
    from shared
),

final as (
    select
        'cancellation' as kind,
        orders.order_key,
        orders.source_name,
        orders.connector as platform,
        null::varchar as refund_id,
        orders.order_id,
        orders.currency,
        coalesce(goods.line_number, 0)::bigint as row_number,
        goods.line_id,
        goods.product_id,
        goods.product_title,
        goods.product_sku,
        goods.product_vendor,
        coalesce(goods.quantity_left, 0) as quantity,
        coalesce(goods.return_amount, 0) as return_amount,
        -- what the order holds besides goods stands on its first row
        case when coalesce(goods.place, 1) = 1 then greatest(orders.tax_amount - coalesce(taken_back.tax_amount, 0), 0) else 0 end as tax_amount,
        case when coalesce(goods.place, 1) = 1 then greatest(orders.shipping_amount - coalesce(taken_back.shipping_amount, 0), 0) else 0 end as shipping_amount,
        case
            when coalesce(goods.place, 1) = 1 then greatest(orders.duties_and_fees_amount - coalesce(taken_back.duties_and_fees_amount, 0), 0) else 0
        end as duties_and_fees_amount,
        case when coalesce(goods.place, 1) = 1 then greatest(orders.tips_amount - coalesce(taken_back.tips_amount, 0), 0) else 0 end as tips_amount,
        0 as refunded_amount,
        cancellations.cancelled_at as refunded_at,
        orders.cancel_reason as refund_reason,
        orders.payload_id,
        cancellations.payload_hash,
        cancellations._dlt_load_id,
    from cancellations
    inner join orders on cancellations.order_key = orders.order_key
    left join goods on cancellations.order_key = goods.order_key
    left join taken_back on cancellations.order_key = taken_back.order_key
)

select * from final
