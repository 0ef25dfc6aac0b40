{% set amounts = ['return_amount', 'tax_amount', 'shipping_amount', 'duties_and_fees_amount', 'tips_amount', 'refunded_amount'] %}

with orders as (
    select * from {{ ref('int_orders_classified') }}
),

refunds as (
    select * from {{ ref('int_unified_refunds') }}
),

rows_of_refunds as (
    select * from {{ ref('int_refund_rows') }}
),

rows_of_cancellations as (
    select * from {{ ref('int_cancellation_rows') }}
),

rows_of_both as (
    select
        rows_of_refunds.*,
        refunds.refunded_at,
        refunds.refund_reason,
    from rows_of_refunds
    inner join refunds on rows_of_refunds.refund_key = refunds.refund_key
    union all by name
    select * from rows_of_cancellations
),

placed as (
    select
        {{ surrogate_key(['rows_of_both.kind', 'rows_of_both.source_name', 'rows_of_both.refund_id', 'rows_of_both.order_key', 'rows_of_both.row_number']) }}
            as refund_line_key,
        rows_of_both.*,
        (rows_of_both.refunded_at at time zone '{{ tenant().timezone }}')::date as refund_date,
        orders.is_counted,
        {% for dimension in order_dimensions() if dimension != 'currency' %}
        orders.{{ dimension }},
        {% endfor %}
        rows_of_both.currency = '{{ tenant().currency }}' as is_reporting_currency,
    from rows_of_both
    left join orders on rows_of_both.order_key = orders.order_key
),

final as (
    select
        refund_line_key,
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
        ({{ in_reporting_currency(amount, 'placed') }}) as {{ amount }},
        {% endfor %}
        {% for amount in amounts %}
        {{ amount }}::decimal(18, 4) as native_{{ amount }},
        {% endfor %}
        payload_hash,
        _dlt_load_id,
    from placed
)

select * from final
