with records as (
    {{ latest_of('refunds') }}
),

inside_orders as (
    {{ embedded_in_orders('refunds') }}
),

-- WooCommerce's orders tell of their refunds without a date: the first version that tells of one dates it
first_told as (
    select source_name, json_extract_string(member, '$.id') as source_id, min(coalesce(updated_at, loaded_at)) as told_at
    from (
        select source_name, updated_at, loaded_at, unnest(json_extract(raw_data_payload, '$.refunds[*]')) as member
        from {{ ref('platform_mm__order_versions') }}
        where connector = 'woocommerce' and json_extract_string(raw_data_payload, '$.refunds[0].id') is not null
    )
    group by all
),

-- one id counts once: Shopify's order is newer than a refund delivered by itself, WooCommerce's record says more
ranked as (
    select *, case connector when 'shopify' then 2 else 1 end as rank, null::timestamptz as told_at
    from records
    union all by name
    select inside_orders.*, case inside_orders.connector when 'shopify' then 1 else 2 end as rank, first_told.told_at
    from inside_orders
    left join first_told using (source_name, source_id)
),

final as (
    select * exclude (rank)
    from ranked
    qualify row_number() over (partition by source_name, source_id order by rank) = 1
)

select * from final
