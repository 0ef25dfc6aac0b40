{% set amounts = ['return_amount', 'tax_amount', 'shipping_amount', 'duties_and_fees_amount', 'tips_amount', 'refunded_amount'] %}

with orders as (
    select * from {{ ref('int_orders_classified') }}
),

placed as (
    select
        rows_of_both.*,
        orders.is_counted,
        {% for dimension in order_dimensions() if dimension != 'currency' %}
        orders.{{ dimension }},
        {% endfor %}
    from {{ ref('int_all_refund_rows') }} as rows_of_both
    left join orders on rows_of_both.order_key = orders.order_key
),

final as (
    select
        placed.refund_line_key,
        order_key,
        case when product_id is not null then {{ surrogate_key(['source_name', 'product_id']) }} end as product_key,
        source_name,
        platform,
        refund_id,
        order_id,
        line_id,
        kind,
        refunded_at,
        refund_date,
        order_status,
        case when order_key is not null then currency end as currency,
        customer_country,
        customer_type,
        case when order_key is not null then channel end as channel,
        campaign_name,
        product_id,
        product_title,
        product_sku,
        product_vendor,
        refund_reason,
        coalesce(is_counted, true) as is_counted,
        quantity::decimal(18, 4) as quantity,
        {% for amount in amounts %}
        {{ in_reporting_currency(amount, 'placed', 'converted') }} as {{ amount }},
        {% endfor %}
        {% for amount in amounts %}
        placed.{{ amount }}::decimal(18, 4) as native_{{ amount }},
        {% endfor %}
        payload_id as source_id,
        payload_hash,
        _dlt_load_id,
    from placed
    left join {{ ref('int_refund_rows_converted') }} as converted on placed.refund_line_key = converted.refund_line_key
)

select * from final
