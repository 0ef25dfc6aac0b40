{{ config(materialized='view') }}

{{ latest_of('transactions') }}
