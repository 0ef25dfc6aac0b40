with lines as (
    select
        {{ surrogate_key(['lines.source_name', 'lines.product_id']) }} as product_key,
        lines.source_name,
        orders.platform,
        lines.product_id,
        lines.product_title,
        lines.product_sku,
        lines.product_vendor,
        (orders.ordered_at, orders.order_id, lines.line_number) as place,
    from {{ ref('int_unified_order_lines') }} as lines
    inner join {{ ref('int_orders_classified') }} as orders on lines.order_key = orders.order_key
    where lines.product_id is not null
),

final as (
    select
        product_key,
        any_value(source_name) as source_name,
        any_value(platform) as platform,
        any_value(product_id) as product_id,
        arg_max(product_title, place) as product_title,
        arg_max(product_sku, place) as product_sku,
        arg_max(product_vendor, place) as product_vendor,
    from lines
    group by product_key
)

select * from final
