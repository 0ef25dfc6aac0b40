{{ config(materialized='view') }}

{{ latest_of('events') }}
