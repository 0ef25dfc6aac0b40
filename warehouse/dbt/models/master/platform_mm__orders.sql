{{ latest_of('orders') }}
