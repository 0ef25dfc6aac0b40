{{ latest_of('ad_accounts') }}
