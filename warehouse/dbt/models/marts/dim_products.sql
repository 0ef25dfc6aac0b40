with final as (
    select
        product_key,
        source_name,
        connector as platform,
        product_id,
        product_title,
        product_sku,
        product_vendor,
    from {{ ref('int_unified_products') }}
)

select * from final
