-- what the ledger says has gone back before a cancellation (an adjustment is one whatever it is called), with the refund that it belongs to: the one that its
-- agreement names, else the order's only refund of that moment
with returns as (
    select ledger.*
    from {{ ref('int_sales_ledger') }} as ledger
    left join {{ ref('int_order_cancellations') }} as cancellations on ledger.order_key = cancellations.order_key
    where
        (ledger.action_type = 'RETURN' or (ledger.line_type = 'ADJUSTMENT' and ledger.action_type != 'ORDER'))
        and ledger.happened_at is not null
        and (cancellations.cancelled_at is null or ledger.happened_at < cancellations.cancelled_at)
),

refunds as (
    select * from {{ ref('int_unified_refunds') }} where order_key in (select order_key from returns)
),

near as (
    select agreements.order_key, agreements.agreement_id, any_value(refunds.refund_id) as refund_id
    from (select distinct order_key, agreement_id, happened_at from returns where refund_id is null) as agreements
    inner join refunds
        on agreements.order_key = refunds.order_key
        and refunds.refunded_at between agreements.happened_at - interval 5 minutes and agreements.happened_at + interval 5 minutes
    group by all
    having count(*) = 1
),

final as (
    select
        returns.* exclude (refund_id, quantity, tax_amount, net_amount),
        coalesce(returns.refund_id, near.refund_id) as refund_id,
        -returns.quantity as quantity,
        -returns.tax_amount as tax_amount,
        -returns.net_amount as value_amount,
    from returns
    left join near on returns.order_key = near.order_key and returns.agreement_id = near.agreement_id
)

select * from final
