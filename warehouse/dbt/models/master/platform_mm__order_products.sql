{{ embedded_in_orders('order_products') }}
union all by name
{{ latest_of('order_products') }}
