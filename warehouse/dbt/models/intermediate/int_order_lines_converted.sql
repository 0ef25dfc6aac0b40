{{ config(materialized='view') }}

with lines as (
    select
        lines.order_key,
        lines.line_number,
        coalesce(parts.amount, {{ convert('lines.net_amount', 'rates.rate_above', 'rates.rate_below') }}) as net_amount,
        {{ convert('lines.discount_amount', 'rates.rate_above', 'rates.rate_below') }} as discount_amount,
    from {{ ref('int_unified_order_lines') }} as lines
    inner join {{ ref('int_order_rates') }} as rates on lines.order_key = rates.order_key
    left join {{ ref('int_converted_parts') }} as parts
        on lines.order_key = parts.order_key and lines.line_number = parts.line_number and parts.part = 'line'
),

final as (
    select
        *,
        (net_amount + discount_amount)::decimal(18, 4) as gross_amount,
    from lines
)

select * from final
