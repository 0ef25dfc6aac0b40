{{ config(materialized='incremental') }}

with orders as (
    select * from {{ ref('int_unified_orders') }} {{ of_changed_orders('order_id', 'where') }}
),

-- where the vendor keeps no cancel date: the first version, of all that were loaded, in which the order is cancelled
cancelled_versions as (
    select
        source_name,
        source_id as order_id,
        coalesce(updated_at, loaded_at) as cancelled_at,
        payload_hash,
        _dlt_load_id,
    from {{ ref('platform_mm__order_versions') }}
    where
        ((connector = 'bigcommerce' and json_extract_string(raw_data_payload, '$.status_id') = '5')
        or (connector = 'woocommerce' and json_extract_string(raw_data_payload, '$.status') in ('cancelled', 'trash')))
        {{ of_changed_orders('source_id') }}
    qualify row_number() over (
        partition by source_name, order_id order by coalesce(updated_at, loaded_at), _dlt_load_id, payload_hash
    ) = 1
),

final as (
    select
        orders.order_key,
        orders.source_name,
        orders.order_id,
        coalesce(orders.cancelled_at, cancelled_versions.cancelled_at) as cancelled_at,
        orders.cancelled_at is null as is_dated_by_first_sight,
        case when orders.cancelled_at is null then cancelled_versions.payload_hash else orders.payload_hash end as payload_hash,
        case when orders.cancelled_at is null then cancelled_versions._dlt_load_id else orders._dlt_load_id end as _dlt_load_id,
    from orders
    left join cancelled_versions
        on orders.source_name = cancelled_versions.source_name and orders.order_id = cancelled_versions.order_id
    where
        orders.cancelled_at is not null
        or (orders.connector = 'bigcommerce' and orders.source_status = '5')
        or (orders.connector = 'woocommerce' and orders.source_status in ('cancelled', 'trash'))
)

select * from final
