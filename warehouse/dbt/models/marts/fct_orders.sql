{% set amounts = ['total_amount', 'shipping_amount', 'tax_amount', 'duties_and_fees_amount', 'tips_amount'] %}

with orders as (
    select * from {{ ref('int_orders_classified') }}
),

final as (
    select
        orders.order_key,
        orders.source_name,
        orders.platform,
        orders.order_id,
        orders.order_name,
        orders.ordered_at,
        orders.order_date,
        orders.updated_at,
        orders.cancelled_at,
        orders.order_status,
        orders.source_status,
        orders.is_counted,
        orders.exclusion_reason,
        orders.currency,
        orders.customer_country,
        orders.person_key,
        orders.is_first_order,
        orders.customer_type,
        orders.channel,
        orders.campaign_key,
        orders.campaign_name,
        orders.match_method,
        orders.is_attributed_to_paid,
        orders.is_measured,
        {% for amount in amounts %}
        {{ in_reporting_currency(amount, 'orders', 'converted') }} as {{ amount }},
        {% endfor %}
        {% for amount in amounts %}
        orders.{{ amount }}::decimal(18, 4) as native_{{ amount }},
        {% endfor %}
        orders.source_id,
        orders.payload_hash,
        orders._dlt_load_id,
        orders.transaction_payload_hash,
        orders.transaction_load_id,
        rates.rate_payload_hash,
        rates.rate_load_id,
    from orders
    left join {{ ref('int_orders_converted') }} as converted on orders.order_key = converted.order_key
    left join {{ ref('int_order_rates') }} as rates on orders.order_key = rates.order_key
)

select * from final
