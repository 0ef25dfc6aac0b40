{{ latest_of('exchange_rates') }}
