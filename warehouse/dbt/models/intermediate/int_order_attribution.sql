-- of the transaction rows of an order those by its id go before those by its name, and the earliest day counts
with matches as (
    select
        found.order_key,
        found.match_method,
        transactions.*,
    from {{ ref('int_transaction_orders') }} as found
    inner join {{ ref('int_unified_transactions') }} as transactions on found.transaction_key = transactions.transaction_key
    where found.order_key is not null
    qualify row_number() over (
        partition by found.order_key
        order by found.match_method, transactions.transaction_date, transactions.source_name,
            coalesce(session_medium, ''), coalesce(session_source, ''), coalesce(session_campaign, ''),
            coalesce(session_campaign_id, ''), channel, payload_id
    ) = 1
),

final as (
    select
        matches.order_key,
        matches.channel,
        matches.session_source as source,
        matches.session_medium as medium,
        coalesce(campaigns.campaign_name, {{ tagged_campaign('matches.session_campaign') }}) as campaign_name,
        campaigns.campaign_key,
        matches.match_method,
        matches.payload_id,
        matches.payload_hash,
        matches._dlt_load_id,
    from matches
    left join {{ ref('int_traffic_campaigns') }} as campaigns on matches.traffic_key = campaigns.traffic_key
)

select * from final
