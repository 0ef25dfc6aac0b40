{{ config(materialized='view') }}

{{ latest_of('ad_accounts') }}
