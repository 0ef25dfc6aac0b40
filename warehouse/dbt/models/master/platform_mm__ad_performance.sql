{{ latest_of('ad_performance') }}
