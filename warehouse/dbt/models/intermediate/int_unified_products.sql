{{ config(materialized='view') }}

-- no source delivers its products by themselves: they are what its order lines name, as the latest order names them
with lines as (
    select
        lines.source_name,
        lines.connector,
        lines.product_id,
        lines.product_title,
        lines.product_sku,
        lines.product_vendor,
        (orders.ordered_at, orders.order_id, lines.line_number) as place,
    from {{ ref('int_unified_order_lines') }} as lines
    inner join {{ ref('int_unified_orders') }} as orders on lines.order_key = orders.order_key
    where lines.product_id is not null
),

final as (
    select
        {{ surrogate_key(['source_name', 'product_id']) }} as product_key,
        source_name,
        any_value(connector) as connector,
        product_id,
        arg_max(product_title, place) as product_title,
        arg_max(product_sku, place) as product_sku,
        arg_max(product_vendor, place) as product_vendor,
    from lines
    group by source_name, product_id
)

select * from final
