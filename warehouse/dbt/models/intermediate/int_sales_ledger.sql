-- every sale of every agreement of an order, before tax; what goes back is negative
with agreements as (
    select
        order_key,
        source_name,
        order_id,
        unnest(json_extract(agreements, '$[*]')) as agreement,
        generate_subscripts(json_extract(agreements, '$[*]'), 1) as agreement_number,
    from {{ ref('int_unified_orders') }}
    where agreements is not null
),

sales as (
    select
        order_key,
        source_name,
        order_id,
        agreement_number,
        {{ cast_text("json_extract_string(agreement, '$.id')", 'global_id') }} as agreement_id,
        {{ cast_text("json_extract_string(agreement, '$.refund.id')", 'global_id') }} as refund_id,
        try_cast(json_extract_string(agreement, '$.happenedAt') as timestamptz) as happened_at,
        unnest(json_extract(agreement, '$.sales[*]')) as sale,
        generate_subscripts(json_extract(agreement, '$.sales[*]'), 1) as sale_number,
    from agreements
),

final as (
    select
        order_key,
        source_name,
        order_id,
        coalesce(agreement_id, agreement_number::varchar) as agreement_id,
        refund_id,
        happened_at,
        agreement_number * 1000 + sale_number as sale_number,
        upper(json_extract_string(sale, '$.actionType')) as action_type,
        upper(json_extract_string(sale, '$.lineType')) as line_type,
        {{ cast_text("json_extract_string(sale, '$.lineItem.id')", 'global_id') }} as line_id,
        coalesce(try_cast(json_extract_string(sale, '$.quantity') as decimal(18, 4)), 0) as quantity,
        coalesce(try_cast(json_extract_string(sale, '$.totalTaxAmount.shopMoney.amount') as decimal(18, 4)), 0) as tax_amount,
        (coalesce(try_cast(json_extract_string(sale, '$.totalAmount.shopMoney.amount') as decimal(18, 4)), 0) - tax_amount)::decimal(18, 4) as net_amount,
    from sales
)

select * from final
