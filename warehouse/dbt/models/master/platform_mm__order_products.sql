{{ order_product_records(ref('platform_mm__orders')) }}
