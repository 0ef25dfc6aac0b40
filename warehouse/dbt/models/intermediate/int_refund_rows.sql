with refunds as (
    select
        *,
        is_after_cancellation or refund_key in (select refund_key from {{ ref('int_ledger_overruled_refunds') }}) as is_money_only,
    from {{ ref('int_unified_refunds') }}
),

rests as (
    select * from {{ ref('int_refund_rests') }}
),

items as (
    select
        lines.*,
        refunds.connector as platform,
        refunds.order_id,
        refunds.money_amount,
        refunds.is_money_only,
        (lines.value_amount + lines.tax_amount)::decimal(18, 4) as worth_amount,
        sum(lines.value_amount + lines.tax_amount) over (partition by lines.refund_key) as all_worth_amount,
        row_number() over (partition by lines.refund_key order by lines.value_amount + lines.tax_amount desc, lines.position) = 1 as takes_remainder,
    from {{ ref('int_unified_refund_lines') }} as lines
    inner join refunds on lines.refund_key = refunds.refund_key
    where lines.item_type = 'PRODUCT'
),

-- money that does not reach what the items are worth is shared over them
paid as (
    select
        *,
        case
            when money_amount >= all_worth_amount then worth_amount
            else coalesce({{ share('money_amount', 'greatest(worth_amount, 0)', '(sum(greatest(worth_amount, 0)) over (partition by refund_key))', 'currency') }}, 0)
        end as money_share,
    from items
),

item_rows as (
    select
        'item' as kind,
        refund_key,
        order_key,
        source_name,
        platform,
        refund_id,
        order_id,
        currency,
        position + 1 as row_number,
        line_id,
        product_id,
        product_title,
        product_sku,
        product_vendor,
        case when is_money_only or is_no_sale then 0 else quantity end as quantity,
        case when is_money_only or is_no_sale then 0 else value_amount end as return_amount,
        case when is_money_only then 0 else tax_amount end as tax_amount,
        0 as shipping_amount,
        0 as duties_and_fees_amount,
        case when is_tip and not is_money_only then value_amount else 0 end as tips_amount,
        (money_share + case
            when takes_remainder and money_amount < all_worth_amount
                then money_amount - sum(money_share) over (partition by refund_key)
            else 0
        end)::decimal(18, 4) as refunded_amount,
        payload_id,
        _dlt_load_id,
        payload_hash,
    from paid
),

paid_on_items as (
    select refund_key, sum(refunded_amount) as refunded_amount from item_rows group by refund_key
),

-- what no item explains stands on a row of its own
rest_rows as (
    select
        'rest' as kind,
        refunds.refund_key,
        refunds.order_key,
        refunds.source_name,
        refunds.connector as platform,
        refunds.refund_id,
        refunds.order_id,
        refunds.currency,
        0 as row_number,
        null::varchar as line_id,
        null::varchar as product_id,
        null::varchar as product_title,
        null::varchar as product_sku,
        null::varchar as product_vendor,
        0 as quantity,
        case when refunds.is_money_only then 0 else coalesce(rests.goods_amount, 0) end as return_amount,
        case
            when refunds.is_money_only then 0
            else refunds.shipping_tax_amount + refunds.fees_tax_amount + coalesce(rests.tax_amount, 0)
        end as tax_amount,
        case when refunds.is_money_only then 0 else refunds.shipping_amount + coalesce(rests.shipping_amount, 0) end as shipping_amount,
        case when refunds.is_money_only then 0 else refunds.fees_amount + coalesce(rests.fees_amount, 0) end as duties_and_fees_amount,
        0 as tips_amount,
        (refunds.money_amount - coalesce(paid_on_items.refunded_amount, 0))::decimal(18, 4) as refunded_amount,
        refunds.payload_id,
        refunds._dlt_load_id,
        refunds.payload_hash,
        paid_on_items.refund_key is null as is_alone,
    from refunds
    left join rests on refunds.refund_key = rests.refund_key
    left join paid_on_items on refunds.refund_key = paid_on_items.refund_key
),

final as (
    select * from item_rows
    union all by name
    select * exclude (is_alone)
    from rest_rows
    where
        is_alone or return_amount != 0 or tax_amount != 0 or shipping_amount != 0 or duties_and_fees_amount != 0 or refunded_amount != 0
)

select * from final
