-- the vendor's own rate brings an order to its shop's currency first; from there, or from the order's own currency, the
-- day's rate goes on: a reference rate is carried over at most seven days, and goes through the euro
{% set reporting = tenant().currency %}

with orders as (
    select
        order_key,
        (ordered_at at time zone '{{ tenant().timezone }}')::date as order_date,
        shop_rate > 0 and upper(shop_currency) != currency is true as has_vendor_rate,
        case when has_vendor_rate then upper(shop_currency) else currency end as currency,
        case when has_vendor_rate then shop_rate else 1 end as vendor_rate,
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
        case
            when currency = '{{ reporting }}' then 'vendor'
            when has_vendor_rate then 'vendor and reference'
            else 'reference'
        end as rate_source,
        case
            when currency = '{{ reporting }}' then 100000000::hugeint
            when has_vendor_rate then {{ to_rate_units('reporting_rate') }} * 100000000
            else {{ to_rate_units('reporting_rate') }}
        end as rate_above,
        case
            when currency = '{{ reporting }}' then {{ to_rate_units('vendor_rate') }}
            when has_vendor_rate then {{ to_rate_units('native_rate') }} * {{ to_rate_units('vendor_rate') }}
            else {{ to_rate_units('native_rate') }}
        end as rate_below,
        case when currency != '{{ reporting }}' then payload_hash end as rate_payload_hash,
        case when currency != '{{ reporting }}' then _dlt_load_id end as rate_load_id,
    from placed
    where currency = '{{ reporting }}' or (native_rate is not null and reporting_rate is not null)
)

select * from final
