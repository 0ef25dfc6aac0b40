with orders as (
    select * from {{ ref('int_unified_orders') }}
),

lines as (
    select order_key, count(line_id) as lines, bool_and(is_gift_card) as is_gift_cards_only
    from {{ ref('int_unified_order_lines') }}
    group by order_key
),

refunds as (
    select order_key, sum(money_amount) as money_amount
    from {{ ref('int_unified_refunds') }}
    where order_key is not null
    group by order_key
),

judged as (
    select
        orders.*,
        cancellations.order_key is not null as is_cancelled,
        cancellations.cancelled_at as taken_back_at,
        refunds.money_amount as refunded_amount,
        case
            when orders.is_test then 'test'
            when orders.is_deleted then 'deleted'
            when orders.connector = 'shopify' and lines.lines > 0 and lines.is_gift_cards_only then 'gift cards only'
            when orders.connector = 'bigcommerce' then
                case orders.source_status
                    when '0' then 'incomplete'
                    when '1' then 'pending'
                    when '6' then 'declined'
                    when '5' then
                        case
                            when lower(coalesce(orders.payment_status, '')) not in ('captured', 'paid', 'partially refunded', 'refunded')
                                then 'cancelled unpaid'
                        end
                end
            when orders.connector = 'woocommerce' then
                case
                    when orders.source_status in ('processing', 'completed', 'on-hold', 'refunded') then null
                    when orders.source_status = 'cancelled' then case when not orders.is_paid then 'cancelled unpaid' end
                    else 'status ' || coalesce(orders.source_status, 'missing')
                end
        end as exclusion_reason,
        case
            when is_cancelled then 'cancelled'
            when orders.source_status = 'refunded' or (orders.connector = 'bigcommerce' and orders.source_status = '4') then 'refunded'
            when orders.source_status = 'partially_refunded' or (orders.connector = 'bigcommerce' and orders.source_status = '14')
                then 'partially_refunded'
            when refunds.money_amount > 0 and refunds.money_amount >= orders.total_amount then 'refunded'
            when refunds.money_amount > 0 then 'partially_refunded'
            when orders.connector = 'shopify' then
                case orders.source_status when 'paid' then 'paid' when 'voided' then 'failed' else 'pending' end
            when orders.connector = 'bigcommerce' then
                case
                    when orders.source_status in ('2', '3', '8', '9', '10', '11', '13') then 'paid'
                    when orders.source_status = '6' then 'failed'
                    else 'pending'
                end
            when orders.connector = 'woocommerce' then
                case
                    when orders.source_status in ('processing', 'completed') then 'paid'
                    when orders.source_status = 'failed' then 'failed'
                    else 'pending'
                end
            -- any other store tells it in these words
            when orders.source_status in ('paid', 'failed') then orders.source_status
            else 'pending'
        end as order_status,
        case orders.connector
            when 'shopify' then coalesce(orders.source_status, 'pending') in (
                'pending', 'authorized', 'partially_paid', 'expired', 'paid', 'voided', 'refunded', 'partially_refunded'
            )
            when 'bigcommerce' then coalesce(try_cast(orders.source_status as integer) between 0 and 14, false)
            when 'woocommerce' then coalesce(orders.source_status, '') in (
                'pending', 'on-hold', 'checkout-draft', 'processing', 'completed', 'cancelled', 'trash', 'failed', 'refunded'
            )
            else coalesce(orders.source_status, '') in ('pending', 'paid', 'cancelled', 'failed', 'refunded', 'partially_refunded')
        end as is_status_known,
    from orders
    left join lines on orders.order_key = lines.order_key
    left join refunds on orders.order_key = refunds.order_key
    left join {{ ref('int_order_cancellations') }} as cancellations on orders.order_key = cancellations.order_key
),

persons as (
    select
        judged.*,
        judged.exclusion_reason is null as is_counted,
        persons.person_key,
        attribution.channel,
        attribution.campaign_key,
        attribution.campaign_name,
        attribution.match_method,
        attribution.payload_hash as transaction_payload_hash,
        attribution._dlt_load_id as transaction_load_id,
        case
            when judged.exclusion_reason is null and persons.person_key is not null then row_number() over (
                partition by persons.person_key, judged.exclusion_reason is null
                order by judged.ordered_at, judged.source_name, judged.order_id
            )
        end as order_of_person,
    from judged
    inner join {{ ref('int_order_persons') }} as persons on judged.order_key = persons.order_key
    left join {{ ref('int_order_attribution') }} as attribution on judged.order_key = attribution.order_key
),

final as (
    select
        order_key,
        connector as platform,
        source_name,
        order_id,
        order_name,
        ordered_at,
        (ordered_at at time zone '{{ tenant().timezone }}')::date as order_date,
        updated_at,
        taken_back_at as cancelled_at,
        order_status,
        source_status,
        is_status_known,
        is_counted,
        exclusion_reason,
        currency,
        currency = '{{ tenant().currency }}' as is_reporting_currency,
        customer_country,
        person_key,
        coalesce(order_of_person = 1, false) as is_first_order,
        case when order_of_person = 1 then 'new' when order_of_person > 1 then 'returning' end as customer_type,
        coalesce(channel, 'Unattributed') as channel,
        campaign_key,
        campaign_name,
        coalesce(match_method, 'none') as match_method,
        coalesce(channel in ({{ paid_channels() }}), false) as is_attributed_to_paid,
        {{ is_measured_store('source_name') }} as is_measured,
        transaction_payload_hash,
        transaction_load_id,
        total_amount,
        shipping_amount,
        tax_amount,
        duties_and_fees_amount,
        tips_amount,
        payload_id as source_id,
        payload_hash,
        _dlt_load_id,
    from persons
)

select * from final
