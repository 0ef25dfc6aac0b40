{{ config(materialized='view') }}

{{ latest_of('campaigns') }}
