{{ latest_of('transactions') }}
