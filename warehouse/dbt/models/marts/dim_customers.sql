with orders as (
    select * from {{ ref('int_orders_classified') }} where person_key is not null
),

final as (
    select
        person_key,
        arg_min(source_name, (ordered_at, source_name, order_id)) as source_name,
        arg_max(customer_country, (ordered_at, source_name, order_id)) as customer_country,
        min(order_date) filter (where is_counted) as first_order_date,
        max(order_date) filter (where is_counted) as last_order_date,
        count(*) filter (where is_counted) as orders,
    from orders
    group by person_key
)

select * from final
