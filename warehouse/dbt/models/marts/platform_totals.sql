{% set sales = ['gross_sales', 'discounts', 'returns', 'net_sales', 'shipping', 'taxes', 'duties_and_fees', 'total_sales', 'orders'] %}
{% set figures = {'spend': 'spend_amount', 'impressions': 'impressions', 'clicks': 'clicks'} %}

with reports as (
    select * from {{ ref('int_unified_platform_sales') }} where sales_date is not null
),

accounts as (
    select
        source_name, platform_family, account_id, publisher_platform, ad_date,
        {% for measure, column in figures.items() %}
        sum({{ column }}) as {{ measure }},
        {% endfor %}
    from {{ ref('int_unified_ad_accounts') }}
    where ad_date is not null
    group by all
),

lines as (
    select * from {{ ref('fct_order_lines') }} where is_counted
),

orders as (
    select * from {{ ref('fct_orders') }} where is_counted
),

refunds as (
    select * from {{ ref('fct_refunds') }} where is_counted
),

ads as (
    select *, {{ platform_family('platform') }} as platform_family from {{ ref('fct_ad_performance') }}
),

-- what moves sales on a day; ledger_date: the day of the sale in the store's own ledger, where an order was edited later
movements as (
    select
        source_name,
        order_date as day,
        coalesce(ledger_date, order_date) as ledger_day,
        native_gross_amount as gross_sales,
        native_discount_amount as discounts,
    from lines
    union all by name
    select
        source_name,
        order_date as day,
        order_date as ledger_day,
        native_shipping_amount as shipping,
        native_tax_amount as taxes,
        native_duties_and_fees_amount as duties_and_fees,
        1 as orders,
    from orders
    union all by name
    select
        source_name,
        refund_date as day,
        refund_date as ledger_day,
        native_return_amount as returns,
        -native_shipping_amount as shipping,
        -native_tax_amount as taxes,
        -native_duties_and_fees_amount as duties_and_fees,
    from refunds
),

{% for day in ['day', 'ledger_day'] %}
sales_by_{{ day }} as (
    select
        *,
        gross_sales - discounts - returns as net_sales,
        net_sales + shipping + taxes + duties_and_fees as total_sales,
    from (
        select
            source_name,
            {{ day }} as day,
            {% for measure in ['gross_sales', 'discounts', 'returns', 'shipping', 'taxes', 'duties_and_fees', 'orders'] %}
            coalesce(sum({{ measure }}), 0) as {{ measure }},
            {% endfor %}
        from movements
        group by source_name, {{ day }}
    )
),
{% endfor %}

-- of a split report the platform's own rows, of any other all of the account's
ads_by_day as (
    select
        accounts.source_name,
        accounts.account_id,
        accounts.publisher_platform,
        accounts.ad_date,
        {% for measure in figures %}
        sum(ads.{{ 'native_spend_amount' if measure == 'spend' else measure }}) as {{ measure }},
        {% endfor %}
    from accounts
    inner join ads
        on accounts.platform_family = ads.platform_family
        and accounts.account_id is not distinct from ads.account_id
        and accounts.ad_date = ads.ad_date
        and (accounts.publisher_platform is null or accounts.publisher_platform = ads.publisher_platform)
    group by all
),

compared as (
    {% for measure in sales %}
    select
        reports.source_name,
        null::varchar as account_id,
        null::varchar as publisher_platform,
        reports.sales_date as day,
        '{{ measure }}' as measure,
        reports.{{ measure }} as platform_amount,
        coalesce(sales_by_day.{{ measure }}, 0) as star_amount,
        coalesce(sales_by_ledger_day.{{ measure }}, 0) - coalesce(sales_by_day.{{ measure }}, 0) as edits_amount,
    from reports
    left join sales_by_day on reports.source_name = sales_by_day.source_name and reports.sales_date = sales_by_day.day
    left join sales_by_ledger_day
        on reports.source_name = sales_by_ledger_day.source_name and reports.sales_date = sales_by_ledger_day.day
    where reports.{{ measure }} is not null
    union all by name
    {% endfor %}
    {% for measure in figures %}
    select
        accounts.source_name,
        accounts.account_id,
        accounts.publisher_platform,
        accounts.ad_date as day,
        '{{ measure }}' as measure,
        accounts.{{ measure }} as platform_amount,
        coalesce(ads_by_day.{{ measure }}, 0) as star_amount,
        0 as edits_amount,
    from accounts
    left join ads_by_day
        on accounts.source_name = ads_by_day.source_name
        and accounts.account_id is not distinct from ads_by_day.account_id
        and accounts.publisher_platform is not distinct from ads_by_day.publisher_platform
        and accounts.ad_date = ads_by_day.ad_date
    {% if not loop.last %}union all by name{% endif %}
    {% endfor %}
),

final as (
    select
        {{ surrogate_key(['source_name', 'account_id', 'publisher_platform', 'day', 'measure']) }} as platform_total_key,
        source_name,
        account_id,
        publisher_platform,
        day,
        measure,
        platform_amount::decimal(18, 6) as platform_amount,
        star_amount::decimal(18, 6) as star_amount,
        edits_amount::decimal(18, 6) as edits_amount,
        (platform_amount - star_amount)::decimal(18, 6) as difference,
    from compared
)

select * from final
