{{ config(materialized='view') }}

{{ latest_of('platform_sales') }}
