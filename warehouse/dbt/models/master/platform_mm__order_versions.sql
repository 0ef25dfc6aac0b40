{{ config(materialized='view') }}

{{ versions_of('orders') }}
