{{ config(materialized='incremental') }}
{% set keep = ['connector', 'shape', 'refund_key', 'position'] %}

with refunds as (
    select * from {{ ref('int_refund_records') }} {{ of_changed_orders('order_id', 'where') }}
),

members as (
    select
        connector,
        shape,
        refund_key,
        unnest(json_extract(refund_lines, '$[*]')) as raw_data_payload,
        generate_subscripts(json_extract(refund_lines, '$[*]'), 1) - 1 as position,
    from refunds
),

extracted as (
    {{ extract_entity('members', keep, canonical_refund_lines(), 'refund_lines', 'refunds') }}
),

order_lines as (
    select * from {{ ref('int_unified_order_lines') }} where line_id is not null
),

valued as (
    select
        refunds.refund_key,
        refunds.order_key,
        refunds.source_name,
        refunds.order_id,
        refunds.refund_id,
        refunds.currency,
        refunds.prices_include_tax,
        refunds.connector,
        extracted.position,
        extracted.refund_line_id,
        extracted.line_id,
        order_lines.line_number,
        coalesce(extracted.item_type, 'PRODUCT') as item_type,
        coalesce(extracted.product_id, order_lines.product_id) as product_id,
        coalesce(order_lines.product_title, extracted.product_title) as product_title,
        coalesce(order_lines.product_sku, extracted.product_sku) as product_sku,
        coalesce(order_lines.product_vendor, extracted.product_vendor) as product_vendor,
        coalesce(order_lines.is_gift_card or order_lines.is_tip, false) as is_no_sale,
        coalesce(order_lines.is_tip, false) as is_tip,
        -- WooCommerce writes what goes back as negative
        case refunds.connector when 'woocommerce' then -1 else 1 end as turn,
        coalesce(extracted.quantity, 0) * turn as quantity,
        coalesce(
            extracted.value_amount * turn,
            (coalesce(extracted.unit_price, order_lines.unit_price)::decimal(38, 4) * extracted.quantity)::decimal(18, 4),
            0
        )::decimal(18, 4) as stated_amount,
        extracted.value_amount is not null as is_stated,
        extracted.tax_amount * turn as stated_tax_amount,
        refunds.tax_amount as refund_tax_amount,
        refunds.total_amount,
        extracted._cast_errors,
        refunds.payload_id,
        refunds._dlt_load_id,
        refunds.payload_hash,
    from extracted
    inner join refunds on extracted.refund_key = refunds.refund_key
    left join order_lines
        on refunds.order_key = order_lines.order_key and extracted.line_id = order_lines.line_id
),

-- BigCommerce gives the tax of the whole refund: it is shared over the items by their value (an ORDER item is money
-- beyond them), and whether they contain it, the total tells
shared as (
    select
        *,
        coalesce({{ share('refund_tax_amount', 'taxed_amount', '(sum(taxed_amount) over (partition by refund_key))', 'currency') }}, 0)
            as tax_share,
        item_type != 'ORDER' and row_number() over (
            partition by refund_key order by item_type = 'ORDER', taxed_amount desc, position
        ) = 1 as takes_remainder,
    from (select *, case when item_type = 'ORDER' then 0 else greatest(stated_amount, 0) end as taxed_amount from valued)
),

taxed as (
    select
        *,
        case connector
            when 'bigcommerce'
                then tax_share + case when takes_remainder then refund_tax_amount - sum(tax_share) over (partition by refund_key) else 0 end
            else coalesce(stated_tax_amount, 0)
        end::decimal(18, 4) as tax_amount,
        case connector
            when 'bigcommerce' then
                case total_amount
                    when sum(stated_amount) over (partition by refund_key) + refund_tax_amount then false
                    when sum(stated_amount) over (partition by refund_key) then true
                    else prices_include_tax and is_stated
                end
            else prices_include_tax
        end as contains_tax,
    from shared
),

final as (
    select
        {{ surrogate_key(['refund_key', 'position']) }} as refund_line_key,
        refund_key,
        order_key,
        source_name,
        order_id,
        refund_id,
        refund_line_id,
        line_id,
        line_number,
        item_type,
        product_id,
        product_title,
        product_sku,
        product_vendor,
        is_no_sale,
        is_tip,
        currency,
        position,
        quantity::decimal(18, 4) as quantity,
        (stated_amount - case when contains_tax then tax_amount else 0 end)::decimal(18, 4) as value_amount,
        tax_amount,
        _cast_errors,
        payload_id,
        _dlt_load_id,
        payload_hash,
    from taxed
)

select * from final
