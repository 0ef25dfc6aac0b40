{{ latest_of('sessions') }}
