{{ config(materialized='incremental') }}
{% set keep = ['connector', 'shape', 'source_name', 'parent_id as order_id', 'position', 'payload_id', '_dlt_load_id', 'payload_hash'] %}

{% set products = ref('platform_mm__order_products') %}
{% if is_incremental_build() %}
    {% set products = "(" ~ order_product_records(changed_orders_of('platform_mm__orders', products)) ~ ")" %}
{% endif %}

with extracted as (
    {{ extract_entity(products, keep, canonical_order_products(), 'order_products', order_id='parent_id') }}
),

orders as (
    select * from {{ ref('int_unified_orders') }}
),

lines as (
    select
        orders.order_key,
        orders.currency,
        orders.prices_include_tax,
        orders.discount_amount - orders.shipping_discount_amount as goods_discount_amount,
        extracted.* exclude (
            list_amount, list_amount_with_tax, list_amount_without_tax, discounted_amount, discount_amount, line_discount_amount,
            allocations, is_gift_card, is_tip, tax_amount
        ),
        coalesce(extracted.is_gift_card, false) as is_gift_card,
        coalesce(extracted.is_tip, false) as is_tip,
        coalesce(extracted.tax_amount, 0) as tax_amount,
        coalesce(
            extracted.list_amount,
            case when orders.prices_include_tax then extracted.list_amount_with_tax else extracted.list_amount_without_tax end,
            (extracted.unit_price::decimal(38, 4) * extracted.quantity)::decimal(18, 4)
        ) as list_amount,
        extracted.discounted_amount is not null as is_discounted_by_vendor,
        case
            when extracted.discounted_amount is not null then extracted.list_amount - extracted.discounted_amount
            when extracted.allocations is not null then coalesce(extracted.discount_amount, 0)
            else coalesce(extracted.line_discount_amount, 0)
        end as own_discount_amount,
    from extracted
    inner join orders
        on extracted.source_name = orders.source_name and extracted.order_id = orders.order_id
),

-- an order without lines has one, without a product, that carries its goods
without_lines as (
    select
        order_key, currency, prices_include_tax, 0::decimal(18, 4) as goods_discount_amount,
        connector, shape, source_name, order_id, 0 as position, payload_id, _dlt_load_id, payload_hash,
        null::varchar as line_id, null::varchar as product_id, null::varchar as variant_id, null::varchar as product_title,
        null::varchar as product_sku, null::varchar as product_vendor, null::decimal(18, 4) as quantity,
        null::decimal(18, 4) as unit_price, null::decimal(18, 8) as tax_rate,
        goods_tax_amount is not null as tax_is_of_list, []::varchar[] as _cast_errors,
        false as is_gift_card, false as is_tip,
        coalesce(goods_tax_amount, tax_amount - shipping_tax_amount) as tax_amount,
        coalesce(
            goods_list_amount,
            total_amount - shipping_amount - duties_and_fees_amount - tips_amount
                - case when prices_include_tax then shipping_tax_amount else tax_amount end
                + discount_amount - shipping_discount_amount
        ) as list_amount,
        true as is_discounted_by_vendor,
        discount_amount - shipping_discount_amount as own_discount_amount,
    from orders
    where order_key not in (select order_key from lines) {{ of_changed_orders('order_id') }}
),

all_lines as (
    select
        *,
        case when not is_gift_card and not is_tip and list_amount > 0 then list_amount else 0 end as weight,
    from (select * from lines union all by name select * from without_lines)
),

-- what the vendor took off the order and did not place on its lines is shared out by line value
to_share as (
    select
        order_key,
        (any_value(goods_discount_amount) - sum(own_discount_amount))::decimal(18, 4) as discount_to_share,
        sum(weight)::decimal(18, 4) as all_weight,
    from all_lines
    group by order_key
    having not bool_or(is_discounted_by_vendor) and discount_to_share > 0
),

shares as (
    select
        all_lines.order_key,
        all_lines.position,
        to_share.discount_to_share,
        coalesce({{ share('to_share.discount_to_share', 'all_lines.weight', 'to_share.all_weight', 'all_lines.currency') }}, 0) as share_amount,
        row_number() over (partition by all_lines.order_key order by weight desc, position) = 1 as takes_remainder,
    from all_lines
    inner join to_share on all_lines.order_key = to_share.order_key
),

shared as (
    select
        order_key,
        position,
        share_amount + case
            when takes_remainder then discount_to_share - sum(share_amount) over (partition by order_key) else 0
        end as share_amount,
    from shares
),

discounted as (
    select
        all_lines.*,
        (all_lines.own_discount_amount + coalesce(shared.share_amount, 0))::decimal(18, 4) as list_discount_amount,
    from all_lines
    left join shared on all_lines.order_key = shared.order_key and all_lines.position = shared.position
),

-- where prices include tax: net is the price paid less the vendor's tax; the discount is taken out of tax by the rate
untaxed as (
    select
        *,
        case
            when not prices_include_tax or tax_amount = 0 or list_discount_amount = 0 then list_discount_amount
            when tax_is_of_list then {{ share('list_discount_amount', '(list_amount - tax_amount)', 'list_amount', 'currency') }}
            when tax_rate > 0 then {{ share('list_discount_amount', '10000', '(10000 + 10000 * tax_rate::decimal(30, 8))', 'currency') }}
            else {{ share('list_discount_amount', '(list_amount - list_discount_amount - tax_amount)', '(list_amount - list_discount_amount)', 'currency') }}
        end as untaxed_discount_amount,
    from discounted
),

-- the day of the agreement that sold a line, an edit's its own
sold as (
    select
        order_key,
        line_id,
        min((happened_at at time zone '{{ tenant().timezone }}')::date) as ledger_date,
    from {{ ref('int_sales_ledger') }}
    where action_type in ('ORDER', 'UPDATE') and line_type = 'PRODUCT' and quantity > 0
    group by all
),

final as (
    select
        untaxed.order_key,
        connector,
        source_name,
        order_id,
        untaxed.line_id,
        (position + 1)::integer as line_number,
        sold.ledger_date,
        product_id,
        variant_id,
        product_title,
        product_sku,
        product_vendor,
        currency,
        is_gift_card,
        is_tip,
        coalesce(quantity, 0) as quantity,
        unit_price,
        tax_amount,
        (list_amount - list_discount_amount)::decimal(18, 4) as paid_amount,
        coalesce(untaxed_discount_amount, list_discount_amount) as discount_amount,
        case
            when not prices_include_tax then list_amount - list_discount_amount
            when tax_is_of_list then list_amount - tax_amount - coalesce(untaxed_discount_amount, list_discount_amount)
            else list_amount - list_discount_amount - tax_amount
        end::decimal(18, 4) as net_amount,
        (net_amount + discount_amount)::decimal(18, 4) as gross_amount,
        _cast_errors,
        payload_id,
        _dlt_load_id,
        payload_hash,
    from untaxed
    left join sold on untaxed.order_key = sold.order_key and untaxed.line_id = sold.line_id
)

select * from final
