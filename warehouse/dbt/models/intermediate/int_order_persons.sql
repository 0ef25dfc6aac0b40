with orders as (
    select order_key, source_name, order_id, customer_id, ordered_at, lower(trim(email)) as email from {{ ref('int_unified_orders') }}
),

records as (
    select source_name, customer_id, lower(trim(email)) as email from {{ ref('int_unified_customers') }} where email is not null
),

-- an id with an e-mail anywhere has it on all its orders
seen as (
    select source_name, customer_id, arg_max(email, (ordered_at, order_id)) as email
    from orders
    where customer_id is not null and email is not null
    group by all
),

final as (
    select
        orders.order_key,
        case
            when coalesce(records.email, orders.email, seen.email) is not null
                then {{ surrogate_key(["'email'", 'coalesce(records.email, orders.email, seen.email)']) }}
            when orders.customer_id is not null
                then {{ surrogate_key(["'id'", 'orders.source_name', 'orders.customer_id']) }}
        end as person_key,
    from orders
    left join records on orders.source_name = records.source_name and orders.customer_id = records.customer_id
    left join seen on orders.source_name = seen.source_name and orders.customer_id = seen.customer_id
)

select * from final
