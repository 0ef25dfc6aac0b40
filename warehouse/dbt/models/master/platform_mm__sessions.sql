{{ config(materialized='view') }}

{{ latest_of('sessions') }}
