-- which order a transaction row tells of
with orders as (
    select
        order_key,
        source_name as store,
        trim(order_id) as order_id,
        ltrim(trim(order_name), '#') as order_name,
        (ordered_at at time zone '{{ tenant().timezone }}')::date as order_date,
    from {{ ref('int_unified_orders') }}
),

transactions as (
    select
        transaction_key,
        source_name,
        transaction_date,
        regexp_replace(transaction_id, '^gid://shopify/Order/', '') as transaction_id,
    from {{ ref('int_unified_transactions') }}
    where transaction_id is not null
),

fits as (
    select transactions.transaction_key, transactions.transaction_date, orders.*, 'order_id' as match_method,
    from transactions
    inner join orders
        on transactions.transaction_id = orders.order_id and {{ is_measured_by('transactions.source_name', 'orders.store') }}
    union all
    select transactions.transaction_key, transactions.transaction_date, orders.*, 'order_name',
    from transactions
    inner join orders
        on ltrim(transactions.transaction_id, '#') = orders.order_name
        and {{ is_measured_by('transactions.source_name', 'orders.store') }}
),

-- in a store an order of that id goes before one of that name
candidates as (
    select *, order_date = transaction_date as is_of_day
    from fits
    qualify rank() over (partition by transaction_key, store order by match_method) = 1
),

-- of several the one of the day, if there is exactly one
judged as (
    select
        *,
        count(*) over (partition by transaction_key) = 1
            or (is_of_day and count(*) filter (is_of_day) over (partition by transaction_key) = 1) as is_match,
    from candidates
),

final as (
    select
        transaction_key,
        max(order_key) filter (is_match) as order_key,
        max(match_method) filter (is_match) as match_method,
        not bool_or(is_match) as is_ambiguous,
    from judged
    group by transaction_key
)

select * from final
