-- the returns of the ledger that no refund tells in the same way
with orders as (
    select * from {{ ref('int_unified_orders') }} where agreements is not null
),

refunds as (
    select * from {{ ref('int_unified_refunds') }}
),

returns as (
    select ledger.*, refunds.refund_key, refunds.refund_reason
    from {{ ref('int_ledger_returns') }} as ledger
    left join refunds on ledger.order_key = refunds.order_key and ledger.refund_id = refunds.refund_id
    where refunds.refund_key is null or refunds.refund_key in (select refund_key from {{ ref('int_ledger_overruled_refunds') }})
),

lines as (
    select * from {{ ref('int_unified_order_lines') }} where line_id is not null
),

final as (
    select
        'ledger' as kind,
        returns.refund_key,
        returns.order_key,
        orders.source_name,
        orders.connector as platform,
        coalesce(returns.refund_id, 'agreement ' || returns.agreement_id) as refund_id,
        orders.order_id,
        orders.currency,
        returns.sale_number as row_number,
        returns.line_id,
        lines.product_id,
        lines.product_title,
        lines.product_sku,
        lines.product_vendor,
        case when returns.line_type = 'PRODUCT' then returns.quantity else 0 end as quantity,
        case when returns.line_type in ('PRODUCT', 'ADJUSTMENT') then returns.value_amount else 0 end as return_amount,
        returns.tax_amount,
        case when returns.line_type = 'SHIPPING' then returns.value_amount else 0 end as shipping_amount,
        case when returns.line_type in ('DUTY', 'FEE', 'ADDITIONAL_FEE') then returns.value_amount else 0 end as duties_and_fees_amount,
        case when returns.line_type = 'TIP' then returns.value_amount else 0 end as tips_amount,
        0 as refunded_amount,
        returns.happened_at as refunded_at,
        returns.refund_reason,
        orders.payload_id,
        orders._dlt_load_id,
        orders.payload_hash,
    from returns
    inner join orders on returns.order_key = orders.order_key
    left join lines on returns.order_key = lines.order_key and returns.line_id = lines.line_id
)

select * from final
