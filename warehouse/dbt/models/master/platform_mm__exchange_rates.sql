{{ config(materialized='view') }}

{{ latest_of('exchange_rates') }}
