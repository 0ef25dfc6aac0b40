-- The calendar shop: one order a day from 2019 to 2027, of 100 × (year − 2018) + the day of the month, so that every
-- wrong day shows in a sum. Odd days of the month are north's, even ones south's. The buyer is named after the day of
-- the month: February has 28 of them or 29. On the last day of each month goods for 10 come back.
create temp table days as
select
    day::date as day,
    100 * (year(day) - 2018) + day(day) as value,
    case day(day) % 2 when 1 then 'north' else 'south' end as store,
from generate_series(date '2019-01-01', date '2027-12-31', interval 1 day) as days(day);

insert into fct_orders by name
select
    'o' || day as order_key, store as source_name, 'shopify' as platform, 'Unattributed' as channel,
    day as order_date, true as is_counted, 'b' || day(day) as person_key, day <= '2019-01-31' as is_first_order,
    value as total_amount, 0 as tax_amount, 0 as shipping_amount, 0 as duties_and_fees_amount, 0 as tips_amount,
from days;

insert into fct_order_lines by name
select
    'l' || day as order_line_key, 'o' || day as order_key, store as source_name, 'shopify' as platform,
    'Unattributed' as channel, 'Calendar' as product_title, day as order_date, true as is_counted,
    false as is_gift_card, 1 as quantity, value as gross_amount, 0 as discount_amount, value as net_amount,
from days;

insert into fct_refunds by name
select
    'r' || day as refund_line_key, 'o' || day as order_key, store as source_name, 'shopify' as platform,
    'Unattributed' as channel, 'Calendar' as product_title, day as refund_date, true as is_counted, 0 as quantity,
    10 as return_amount, 0 as tax_amount, 0 as shipping_amount, 0 as duties_and_fees_amount, 0 as tips_amount,
    10 as refunded_amount,
from days where day = last_day(day);
