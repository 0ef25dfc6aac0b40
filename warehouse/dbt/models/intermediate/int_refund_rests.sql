with recursive refunds as (
    select *
    from {{ ref('int_unified_refunds') }}
    where not is_after_cancellation and refund_key not in (select refund_key from {{ ref('int_ledger_overruled_refunds') }})
),

held as (
    select
        orders.order_key,
        lines.goods_amount,
        orders.shipping_amount,
        orders.tax_amount,
        orders.duties_and_fees_amount,
    from {{ ref('int_unified_orders') }} as orders
    inner join (
        select order_key, sum(net_amount) filter (where not is_gift_card and not is_tip) as goods_amount
        from {{ ref('int_unified_order_lines') }}
        group by order_key
    ) as lines on orders.order_key = lines.order_key
    where orders.order_key in (select order_key from refunds where rest_amount != 0)
),

-- what the items up to and with each refund leave of the order, before any rest
running as (
    select
        refunds.refund_key,
        refunds.order_key,
        refunds.rest_amount,
        row_number() over (partition by refunds.order_key order by refunds.refunded_at, refunds.refund_id) as step,
        coalesce(held.goods_amount, 0) - sum(refunds.goods_amount) over so_far as goods_left,
        held.shipping_amount - sum(refunds.shipping_amount) over so_far as shipping_left,
        held.tax_amount - sum(refunds.items_tax_amount + refunds.shipping_tax_amount + refunds.fees_tax_amount) over so_far as tax_left,
        held.duties_and_fees_amount - sum(refunds.fees_amount) over so_far as fees_left,
    from refunds
    inner join held on refunds.order_key = held.order_key
    window so_far as (partition by refunds.order_key order by refunds.refunded_at, refunds.refund_id rows unbounded preceding)
),

-- one refund after the other: goods first, then shipping, taxes, duties and fees, each up to what is still held;
-- a fee kept (a negative rest) lowers the returns
walk as (
    select
        null::varchar as refund_key,
        order_key,
        0::bigint as step,
        0::decimal(38, 4) as goods_amount,
        0::decimal(38, 4) as shipping_amount,
        0::decimal(38, 4) as tax_amount,
        0::decimal(38, 4) as fees_amount,
        0::decimal(38, 4) as goods_taken,
        0::decimal(38, 4) as shipping_taken,
        0::decimal(38, 4) as tax_taken,
        0::decimal(38, 4) as fees_taken,
    from held
    union all
    select
        refund_key,
        order_key,
        step,
        to_goods,
        to_shipping,
        to_tax,
        to_fees,
        goods_taken + to_goods,
        shipping_taken + to_shipping,
        tax_taken + to_tax,
        fees_taken + to_fees,
    from (
        select
            running.refund_key,
            running.order_key,
            running.step,
            running.rest_amount::decimal(38, 4) as rest,
            least(rest, case when rest < 0 then rest else greatest(running.goods_left - walk.goods_taken, 0) end)::decimal(38, 4) as to_goods,
            least(rest - to_goods, greatest(running.shipping_left - walk.shipping_taken, 0))::decimal(38, 4) as to_shipping,
            least(rest - to_goods - to_shipping, greatest(running.tax_left - walk.tax_taken, 0))::decimal(38, 4) as to_tax,
            least(rest - to_goods - to_shipping - to_tax, greatest(running.fees_left - walk.fees_taken, 0))::decimal(38, 4) as to_fees,
            walk.goods_taken,
            walk.shipping_taken,
            walk.tax_taken,
            walk.fees_taken,
        from walk
        inner join running on walk.order_key = running.order_key and walk.step + 1 = running.step
    )
),

-- nothing is known of what an order that has not arrived holds: its refund's rest counts as goods
of_unknown_orders as (
    select refund_key, rest_amount as goods
    from refunds
    where order_key is null
),

final as (
    select
        refund_key,
        goods_amount::decimal(18, 4) as goods_amount,
        shipping_amount::decimal(18, 4) as shipping_amount,
        tax_amount::decimal(18, 4) as tax_amount,
        fees_amount::decimal(18, 4) as fees_amount,
    from walk
    where refund_key is not null
    union all
    select refund_key, goods, 0, 0, 0 from of_unknown_orders
)

select * from final
