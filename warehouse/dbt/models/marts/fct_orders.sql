{% set amounts = ['total_amount', 'shipping_amount', 'tax_amount', 'duties_and_fees_amount', 'tips_amount'] %}

with orders as (
    select * from {{ ref('int_orders_classified') }}
),

final as (
    select
        order_key,
        source_name,
        platform,
        order_id,
        order_name,
        ordered_at,
        order_date,
        updated_at,
        cancelled_at,
        order_status,
        source_status,
        is_counted,
        exclusion_reason,
        currency,
        customer_country,
        person_key,
        is_first_order,
        customer_type,
        channel,
        campaign_name,
        match_method,
        {% for amount in amounts %}
        ({{ in_reporting_currency(amount) }}) as {{ amount }},
        {% endfor %}
        {% for amount in amounts %}
        {{ amount }}::decimal(18, 4) as native_{{ amount }},
        {% endfor %}
        payload_hash,
        _dlt_load_id,
    from orders
)

select * from final
