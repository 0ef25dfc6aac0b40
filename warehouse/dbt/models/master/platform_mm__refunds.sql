{{ refund_records(ref('platform_mm__orders'), ref('platform_mm__order_versions')) }}
