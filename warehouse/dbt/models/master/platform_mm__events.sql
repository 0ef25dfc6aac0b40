{{ latest_of('events') }}
