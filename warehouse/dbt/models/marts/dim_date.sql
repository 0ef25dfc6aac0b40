with bounds as (
    select min(day) as first_day, max(day) as last_day
    from (
        select order_date as day from {{ ref('fct_orders') }}
        union all
        select refund_date from {{ ref('fct_refunds') }}
        union all
        select ad_date from {{ ref('fct_ad_performance') }}
        union all
        select session_date from {{ ref('fct_sessions') }}
        union all
        select event_date from {{ ref('fct_events') }}
    )
),

days as (
    select unnest(generate_series(first_day::timestamp, last_day::timestamp, interval 1 day))::date as date
    from bounds
),

final as (
    select
        date,
        extract(year from date)::integer as year,
        extract(quarter from date)::integer as quarter,
        extract(month from date)::integer as month,
        date_trunc('month', date)::date as month_start,
        extract(isoyear from date)::integer as iso_year,
        extract(week from date)::integer as iso_week,
        extract(isodow from date)::integer as day_of_week,
        extract(isodow from date) >= 6 as is_weekend,
    from days
)

select * from final
