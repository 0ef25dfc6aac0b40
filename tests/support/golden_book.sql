-- `book`: one row of any fact, with what it adds to each figure. What counts where is metrics.md's.
create temp table book as
select
    order_date as day, source_name, platform, channel, campaign_name, order_status, currency,
    customer_country, customer_type,
    1 as orders,
    is_first_order::int as first_orders,
    is_measured::int as measured_orders,
    person_key as person,
    case when not is_first_order then person_key end as repeat_person,
    total_amount as revenue,
    case when is_attributed_to_paid then total_amount end as attributed,
    tax_amount as taxes,
    shipping_amount as shipping,
    duties_and_fees_amount as duties,
    tax_amount + shipping_amount + duties_and_fees_amount as sales,
from fct_orders where is_counted
union all by name
select
    order_date as day, source_name, platform, channel, campaign_name, order_status, currency,
    customer_country, customer_type, product_title, product_sku, product_vendor,
    quantity as units,
    gross_amount as gross,
    discount_amount as discounts,
    gross_amount - discount_amount as sold,
    gross_amount - discount_amount as net,
    gross_amount - discount_amount as sales,
from fct_order_lines where is_counted
union all by name
select
    refund_date as day, source_name, platform, channel, campaign_name, order_status, currency,
    customer_country, customer_type, product_title, product_sku, product_vendor, refund_reason,
    quantity as units_back,
    return_amount as returns,
    -return_amount as net,
    -tax_amount as taxes,
    -shipping_amount as shipping,
    -duties_and_fees_amount as duties,
    -return_amount - tax_amount - shipping_amount - duties_and_fees_amount as sales,
from fct_refunds where is_counted
union all by name
select
    ad_date as day, source_name, platform, channel, campaign_name, currency,
    spend_amount as spend,
    platform_conversions as conversions,
    platform_revenue_amount as claimed,
    impressions, clicks,
from fct_ad_performance
union all by name
select
    session_date as day, source_name, platform, channel, campaign_name, device_category, visitor_country,
    sessions,
    engaged_sessions as engaged,
from fct_sessions;

create temp macro per(part, whole) as case when whole <> 0 then part / whole end;
create temp macro rise(now, was) as case when was <> 0 then (now - was) / abs(was) end;
