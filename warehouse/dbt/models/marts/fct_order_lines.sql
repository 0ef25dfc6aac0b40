{% set amounts = ['gross_amount', 'discount_amount', 'net_amount'] %}

with orders as (
    select * from {{ ref('int_orders_classified') }}
),

lines as (
    select * from {{ ref('int_unified_order_lines') }}
),

final as (
    select
        {{ surrogate_key(['lines.order_key', 'lines.line_number']) }} as order_line_key,
        lines.order_key,
        case when lines.product_id is not null then {{ surrogate_key(['lines.source_name', 'lines.product_id']) }} end as product_key,
        lines.source_name,
        orders.platform,
        lines.order_id,
        lines.line_id,
        lines.line_number,
        orders.order_date,
        lines.ledger_date,
        {% for dimension in order_dimensions() %}
        orders.{{ dimension }},
        {% endfor %}
        lines.product_id,
        lines.product_title,
        lines.product_sku,
        lines.product_vendor,
        lines.is_gift_card,
        orders.is_counted and not lines.is_gift_card and not lines.is_tip as is_counted,
        lines.quantity::decimal(18, 4) as quantity,
        {% for amount in amounts %}
        (case when orders.is_reporting_currency then lines.{{ amount }} else converted.{{ amount }} end)::decimal(18, 4) as {{ amount }},
        {% endfor %}
        {% for amount in amounts %}
        lines.{{ amount }}::decimal(18, 4) as native_{{ amount }},
        {% endfor %}
        lines.payload_id as source_id,
        lines.payload_hash,
        lines._dlt_load_id,
    from lines
    inner join orders on lines.order_key = orders.order_key
    left join {{ ref('int_order_lines_converted') }} as converted
        on lines.order_key = converted.order_key and lines.line_number = converted.line_number
)

select * from final
