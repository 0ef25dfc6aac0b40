{{ config(materialized='incremental') }}
{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', 'source_id as order_id', 'payload_id', 'updated_at', 'loaded_at', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__orders'), keep, canonical_orders(), 'orders', order_id='source_id') }}
),

countries as (
    {{ countries() }}
),

-- a two-letter code is translated, whichever field holds it; an unknown name is kept as it came
located as (
    select
        extracted.* exclude (
            shipping_country_code, shipping_country, billing_country_code, billing_country, customer_country_code, customer_country
        ),
        {% for place in ['shipping', 'billing', 'customer'] %}
        coalesce({{ place }}_by_code.name, {{ place }}_by_name.name, {{ place }}_country, {{ place }}_country_code) as {{ place }}_country,
        {% endfor %}
    from extracted
    {% for place in ['shipping', 'billing', 'customer'] %}
    left join countries as {{ place }}_by_code on {{ place }}_by_code.code = upper(extracted.{{ place }}_country_code)
    left join countries as {{ place }}_by_name on {{ place }}_by_name.code = upper(extracted.{{ place }}_country)
    {% endfor %}
),

final as (
    select
        {{ surrogate_key(['source_name', 'order_id']) }} as order_key,
        * exclude (
            shipping_amount, shipping_list_amount, shipping_discount_amount, shipping_tax_amount, tax_amount, duties_and_fees_amount,
            tips_amount, discount_amount, prices_include_tax, is_test, is_deleted, is_paid, currency,
            shipping_country, billing_country, customer_country
        ),
        coalesce(prices_include_tax, false) as prices_include_tax,
        coalesce(is_test, false) as is_test,
        coalesce(is_deleted, false) as is_deleted,
        coalesce(is_paid, false) as is_paid,
        upper(currency) as currency,
        coalesce(shipping_country, billing_country, customer_country) as customer_country,
        coalesce(tax_amount, 0) as tax_amount,
        coalesce(shipping_tax_amount, 0) as shipping_tax_amount,
        -- without its tax
        coalesce(shipping_amount, shipping_list_amount - coalesce(shipping_discount_amount, 0), 0)
            - case when prices_include_tax then coalesce(shipping_tax_amount, 0) else 0 end as shipping_amount,
        coalesce(shipping_list_amount - shipping_amount, shipping_discount_amount, 0) as shipping_discount_amount,
        coalesce(duties_and_fees_amount, 0) as duties_and_fees_amount,
        coalesce(tips_amount, 0) as tips_amount,
        coalesce(discount_amount, 0) as discount_amount,
    from located
)

select * from final
