-- a refund that the ledger tells otherwise, in a line's units, value or tax, in the rest, or in its day, gives back
-- money only; one that the ledger does not name stands, unless the ledger holds returns that no refund explains
with returns as (
    select * from {{ ref('int_ledger_returns') }}
),

refunds as (
    select * from {{ ref('int_unified_refunds') }} where order_key in (select order_key from returns)
),

items as (
    select refund_key, list({'line': line_id, 'units': quantity, 'value': value, 'tax': tax} order by line_id) as lines
    from (
        select
            refund_key, line_id,
            sum(quantity)::decimal(18, 4) as quantity, sum(value_amount)::decimal(18, 4) as value, sum(tax_amount)::decimal(18, 4) as tax,
        from {{ ref('int_unified_refund_lines') }}
        where item_type = 'PRODUCT' and refund_key in (select refund_key from refunds)
        group by all
    )
    group by refund_key
),

ledger_items as (
    select order_key, refund_id, list({'line': line_id, 'units': quantity, 'value': value, 'tax': tax} order by line_id) as lines
    from (
        select
            order_key, refund_id, line_id,
            sum(quantity)::decimal(18, 4) as quantity, sum(value_amount)::decimal(18, 4) as value, sum(tax_amount)::decimal(18, 4) as tax,
        from returns
        where line_type in ('PRODUCT', 'GIFT_CARD', 'TIP')
        group by all
    )
    group by order_key, refund_id
),

ledger_rest as (
    select
        order_key,
        refund_id,
        min(happened_at) as happened_at,
        coalesce(sum(value_amount) filter (where line_type = 'SHIPPING'), 0) as shipping_amount,
        coalesce(sum(value_amount) filter (where line_type in ('DUTY', 'FEE', 'ADDITIONAL_FEE')), 0) as fees_amount,
        coalesce(sum(value_amount + tax_amount) filter (where line_type = 'ADJUSTMENT'), 0) as rest_amount,
        coalesce(sum(tax_amount) filter (where line_type in ('SHIPPING', 'DUTY', 'FEE', 'ADDITIONAL_FEE')), 0) as tax_amount,
    from returns
    group by order_key, refund_id
),

unexplained as (
    select distinct order_key from returns where refund_id is null
),

final as (
    select refunds.refund_key
    from refunds
    left join items on refunds.refund_key = items.refund_key
    left join ledger_items on refunds.order_key = ledger_items.order_key and refunds.refund_id = ledger_items.refund_id
    left join ledger_rest on refunds.order_key = ledger_rest.order_key and refunds.refund_id = ledger_rest.refund_id
    where
        case
            when ledger_rest.order_key is null then refunds.order_key in (select order_key from unexplained)
            else
                items.lines is distinct from ledger_items.lines
                or refunds.shipping_amount != ledger_rest.shipping_amount
                or refunds.fees_amount != ledger_rest.fees_amount
                or refunds.rest_amount != ledger_rest.rest_amount
                or refunds.shipping_tax_amount + refunds.fees_tax_amount != ledger_rest.tax_amount
                or (refunds.refunded_at at time zone '{{ tenant().timezone }}')::date
                != (ledger_rest.happened_at at time zone '{{ tenant().timezone }}')::date
        end
)

select * from final
