{{ latest_of('campaigns') }}
