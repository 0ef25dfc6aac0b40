{% set keep = ['tenant_slug', 'connector', 'shape', 'source_name', '_dlt_load_id', 'payload_hash'] %}

with extracted as (
    {{ extract_entity(ref('platform_mm__exchange_rates'), keep, canonical_exchange_rates(), 'exchange_rates') }}
),

days as (
    select * from extracted where rate_date is not null
    qualify row_number() over (partition by rate_date order by _dlt_load_id desc, payload_hash desc) = 1
),

unnested as (
    select rate_date, _dlt_load_id, payload_hash, unnest(map_entries(try_cast(rates as map(varchar, varchar)))) as entry
    from days
),

final as (
    select
        upper(trim(entry.key)) as currency,
        rate_date,
        try_cast(trim(entry.value) as decimal(18, 8)) as rate,
        payload_hash,
        _dlt_load_id,
    from unnested
    where regexp_full_match(trim(entry.key), '[A-Za-z]{3}') and try_cast(trim(entry.value) as decimal(18, 8)) > 0
    union all by name
    select 'EUR' as currency, rate_date, 1 as rate, payload_hash, _dlt_load_id from days
)

select * from final
