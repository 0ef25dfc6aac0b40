-- the vendor's own rate to the shop's currency comes first, else the day's: a reference rate is carried over at most
-- seven days, and goes through the euro
{% set reporting = tenant().currency %}

with orders as (
    select
        order_key,
        currency,
        (ordered_at at time zone '{{ tenant().timezone }}')::date as order_date,
        case when shop_currency = '{{ reporting }}' then nullif(shop_rate, 0) end as shop_rate,
    from {{ ref('int_unified_orders') }}
    where currency != '{{ reporting }}'
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

of_reporting as (
    select * from rates where currency = '{{ reporting }}'
),

placed as (
    select
        orders.*,
        case when orders.order_date - native.rate_date <= 7 then native.rate end as native_rate,
        case when orders.order_date - reporting.rate_date <= 7 then reporting.rate end as reporting_rate,
        native.payload_hash,
        native._dlt_load_id,
    from orders
    asof left join rates as native on orders.currency = native.currency and orders.order_date >= native.rate_date
    asof left join of_reporting as reporting on orders.order_date >= reporting.rate_date
),

final as (
    select
        order_key,
        case when shop_rate is not null then 'vendor' else 'reference' end as rate_source,
        case when shop_rate is not null then 100000000::hugeint else {{ to_rate_units('reporting_rate') }} end as rate_above,
        case when shop_rate is not null then {{ to_rate_units('shop_rate') }} else {{ to_rate_units('native_rate') }} end as rate_below,
        case when shop_rate is null then payload_hash end as rate_payload_hash,
        case when shop_rate is null then _dlt_load_id end as rate_load_id,
    from placed
    where shop_rate is not null or (native_rate is not null and reporting_rate is not null)
)

select * from final
