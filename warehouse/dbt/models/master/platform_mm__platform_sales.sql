{{ latest_of('platform_sales') }}
