{{ config(materialized='incremental') }}
{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'source_id as refund_id', 'parent_id', 'told_at', 'loaded_at', 'payload_id', '_dlt_load_id', 'payload_hash'] %}
{% set refunds = ref('platform_mm__refunds') %}
{% if is_incremental_build() %}
    {% set refunds = "(" ~ refund_records(
        changed_orders_of('platform_mm__orders', refunds), changed_orders_of('platform_mm__order_versions', refunds)
    ) ~ ")" %}
{% endif %}

with extracted as (
    {{ extract_entity(refunds, keep, canonical_refunds(), 'refunds', order_id='parent_id') }}
),

orders as (
    select * from {{ ref('int_unified_orders') }}
),

-- a refund without a currency of its own, whose order has not arrived, is in its store's usual one
usual_currency as (
    select source_name, mode(currency) as currency from orders group by source_name
),

-- money in the buyer's currency is brought to the order's at the order's own ratio; each refund is what it adds to the
-- sum so far, so that the parts of a full refund add up to the order
in_order_currency as (
    select
        extracted.source_name,
        extracted.refund_id,
        {{ share('sum(extracted.money_amount) over so_far', 'orders.total_amount', 'orders.presentment_total_amount', 'orders.currency') }} as money_so_far,
        {{ share('(sum(extracted.money_amount) over so_far - extracted.money_amount)', 'orders.total_amount', 'orders.presentment_total_amount', 'orders.currency') }} as money_before,
    from extracted
    inner join orders
        on extracted.source_name = orders.source_name and coalesce(extracted.parent_id, extracted.order_id) = orders.order_id
    where upper(extracted.money_currency) != orders.currency and upper(extracted.money_currency) = upper(orders.presentment_currency)
    window so_far as (
        partition by orders.order_key
        order by coalesce(extracted.refunded_at, extracted.told_at), extracted.refund_id
        rows unbounded preceding
    )
),

final as (
    select
        {{ surrogate_key(['extracted.source_name', 'extracted.refund_id']) }} as refund_key,
        orders.order_key,
        extracted.tenant_slug,
        extracted.connector,
        extracted.shape,
        extracted.source_name,
        extracted.refund_id,
        coalesce(extracted.parent_id, extracted.order_id) as order_id,
        coalesce(extracted.refunded_at, extracted.told_at) as refunded_at,
        extracted.refunded_at is null as is_dated_by_first_sight,
        extracted.refund_reason,
        coalesce(
            orders.currency, upper(extracted.money_currency), usual_currency.currency, '{{ tenant().currency }}'
        ) as currency,
        coalesce(orders.prices_include_tax, false) as prices_include_tax,
        coalesce(
            in_order_currency.money_so_far - in_order_currency.money_before, extracted.money_amount, -extracted.embedded_amount, 0
        )::decimal(18, 4) as money_amount,
        extracted.total_amount,
        coalesce(extracted.tax_amount, 0) as tax_amount,
        coalesce(extracted.shipping_amount, 0) as shipping_amount,
        coalesce(extracted.shipping_tax_amount, 0) as shipping_tax_amount,
        coalesce(extracted.fees_amount, 0) as fees_amount,
        coalesce(extracted.fees_tax_amount, 0) as fees_tax_amount,
        extracted.discrepancy_amount + coalesce(extracted.discrepancy_tax_amount, 0) as discrepancy_amount,
        extracted.refund_lines,
        extracted._cast_errors,
        extracted.loaded_at,
        extracted.payload_id,
        extracted._dlt_load_id,
        extracted.payload_hash,
    from extracted
    left join orders
        on extracted.source_name = orders.source_name and coalesce(extracted.parent_id, extracted.order_id) = orders.order_id
    left join in_order_currency
        on extracted.source_name = in_order_currency.source_name and extracted.refund_id = in_order_currency.refund_id
    left join usual_currency on extracted.source_name = usual_currency.source_name
)

select * from final
