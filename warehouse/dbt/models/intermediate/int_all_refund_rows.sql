{{ config(materialized='view') }}

with rows_of_both as (
    select
        rows_of_refunds.*,
        refunds.refunded_at,
        refunds.refund_reason,
    from {{ ref('int_refund_rows') }} as rows_of_refunds
    inner join {{ ref('int_unified_refunds') }} as refunds on rows_of_refunds.refund_key = refunds.refund_key
    union all by name
    select * from {{ ref('int_cancellation_rows') }}
    union all by name
    select * from {{ ref('int_ledger_rows') }}
),

final as (
    select
        {{ surrogate_key(['kind', 'source_name', 'refund_id', 'order_key', 'row_number']) }} as refund_line_key,
        *,
        (refunded_at at time zone '{{ tenant().timezone }}')::date as refund_date,
        currency = '{{ tenant().currency }}' as is_reporting_currency,
    from rows_of_both
)

select * from final
