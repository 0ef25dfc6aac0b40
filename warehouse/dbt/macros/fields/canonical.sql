{# The canonical fields of each entity and their types. A field map fills them; what it leaves out is a typed NULL.

   Amounts are the order's own (native) currency. "list" amounts are before discounts, in the store's way of pricing:
   with tax where prices include it. #}

{% macro canonical_orders() %}
  {{ return(fromyaml("
    order_name: text
    ordered_at: timestamp
    cancelled_at: timestamp
    cancel_reason: text
    source_status: text             # the vendor's own word or number
    payment_status: text
    is_test: bool
    is_deleted: bool
    is_paid: bool                   # money was taken, where the vendor says so apart from the status
    currency: text
    prices_include_tax: bool        # whether the amounts below contain tax
    total_amount: money             # what the store charged
    tax_amount: money
    shipping_amount: money          # charged, in the store's way of pricing
    shipping_list_amount: money     # before shipping discounts, where shipping_amount is not given
    shipping_discount_amount: money # the discounts of shipping_list_amount
    shipping_tax_amount: money      # contained in shipping_amount where prices include tax
    duties_and_fees_amount: money
    tips_amount: money
    discount_amount: money          # of the whole order, lines included
    goods_list_amount: money        # goods before discounts, for orders without lines
    goods_tax_amount: money         # of goods_list_amount, contained in it where prices include tax
    shop_currency: text             # the shop's own, where the order is charged in another
    shop_rate: rate                 # units of the order's currency for one of the shop's, by the vendor
    presentment_currency: text
    presentment_total_amount: money
    customer_id: id
    email: text                     # hash
    shipping_country_code: text
    shipping_country: text
    billing_country_code: text
    billing_country: text
    customer_country_code: text
    customer_country: text
    landing_page: text
    referrer: text
    customer_raw: json
    agreements: json                # Shopify's sales ledger
  ")) }}
{% endmacro %}

{% macro canonical_order_products() %}
  {{ return(fromyaml("
    line_id: text
    product_id: id
    variant_id: id
    product_title: text
    product_sku: text
    product_vendor: text
    quantity: quantity
    unit_price: money
    list_amount: money              # unit_price × quantity where the vendor gives no total
    list_amount_with_tax: money     # where a vendor gives both ways of pricing
    list_amount_without_tax: money
    discounted_amount: money        # where the vendor gives the amount after discounts instead of the discount
    discount_amount: money
    line_discount_amount: money     # older form: discounts of the line alone
    allocations: count              # NULL where the vendor does not share order discounts out over lines
    tax_amount: money
    tax_rate: rate
    tax_is_of_list: bool            # tax_amount is that of list_amount, not of what was paid
    is_gift_card: bool
    is_tip: bool
  ")) }}
{% endmacro %}

{% macro canonical_refunds() %}
  {{ return(fromyaml("
    order_id: id
    refunded_at: timestamp
    refund_reason: text
    money_amount: money             # given back
    money_currency: text
    tax_amount: money               # of the whole refund, where lines do not say
    total_amount: money             # the whole refund as the vendor sums it
    embedded_amount: money          # negative, of a refund that only its order tells of
    shipping_amount: money
    shipping_tax_amount: money
    fees_amount: money
    fees_tax_amount: money
    discrepancy_amount: money       # recorded by the vendor beyond the items
    discrepancy_tax_amount: money   # contained neither in it nor in the items
    refund_lines: json
  ")) }}
{% endmacro %}

{% macro canonical_refund_lines() %}
  {{ return(fromyaml("
    refund_line_id: text
    line_id: id
    product_id: id
    product_title: text
    product_sku: text
    product_vendor: text
    quantity: quantity
    unit_price: money
    value_amount: money
    tax_amount: money
    item_type: text
  ")) }}
{% endmacro %}

{% macro canonical_customers() %}
  {{ return(fromyaml("
    email: text
    country_code: text
    country: text
  ")) }}
{% endmacro %}
