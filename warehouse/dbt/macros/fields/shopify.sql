{# Shopify, Admin REST. Amounts are the shop's currency: shop_money where given, else the plain field. #}

{% macro shopify_orders() %}
  {{ return(fromyaml("
    order_name: {path: $.name, type: text}
    ordered_at: {path: [$.processed_at, $.created_at], type: timestamp}
    cancelled_at: {path: $.cancelled_at, type: timestamp}
    cancel_reason: {path: $.cancel_reason, type: text}
    source_status: {path: $.financial_status, type: text}
    is_test: {path: $.test, type: bool}
    is_deleted: {path: $.deleted, type: bool}
    currency: {path: [$.currency, $.total_price_set.shop_money.currency_code], type: text}
    prices_include_tax: {path: $.taxes_included, type: bool}
    total_amount: {path: [$.total_price_set.shop_money.amount, $.total_price], type: money}
    tax_amount: {path: [$.total_tax_set.shop_money.amount, $.total_tax], type: money}
    shipping_amount: {sum: $.shipping_lines, of: [$.discounted_price_set.shop_money.amount, $.discounted_price], type: money}
    shipping_list_amount:
      first:
        - {sum: $.shipping_lines, of: [$.price_set.shop_money.amount, $.price], type: money}
        - {path: $.total_shipping_price_set.shop_money.amount, type: money}
    shipping_discount_amount: {sum: $.shipping_lines, members: '$[*].discount_allocations[*]', of: [$.amount_set.shop_money.amount, $.amount], type: money}
    shipping_tax_amount: {sum: $.shipping_lines, members: '$[*].tax_lines[*]', of: [$.price_set.shop_money.amount, $.price], type: money}
    duties_and_fees_amount: {add: [[$.original_total_duties_set.shop_money.amount, $.current_total_duties_set.shop_money.amount], [$.original_total_additional_fees_set.shop_money.amount, $.current_total_additional_fees_set.shop_money.amount]], type: money}
    tips_amount: {path: [$.total_tip_received_set.shop_money.amount, $.total_tip_received], type: money}
    discount_amount: {path: [$.total_discounts_set.shop_money.amount, $.total_discounts], type: money}
    goods_list_amount:
      first:
        - {path: [$.total_line_items_price_set.shop_money.amount, $.total_line_items_price], type: money}
        - {add: [[$.subtotal_price_set.shop_money.amount, $.subtotal_price], [$.total_discounts_set.shop_money.amount, $.total_discounts]], type: money}
    presentment_currency: {path: [$.total_price_set.presentment_money.currency_code, $.presentment_currency], type: text}
    presentment_total_amount: {path: $.total_price_set.presentment_money.amount, type: money}
    customer_id: {path: $.customer.id, type: id}
    email: {path: [$.email, $.contact_email, $.customer.email], type: text}
    shipping_country_code: {path: $.shipping_address.country_code, type: text}
    shipping_country: {path: $.shipping_address.country, type: text}
    billing_country_code: {path: $.billing_address.country_code, type: text}
    billing_country: {path: $.billing_address.country, type: text}
    customer_country_code: {path: $.customer.default_address.country_code, type: text}
    customer_country: {path: [$.customer.default_address.country_name, $.customer.default_address.country], type: text}
    landing_page: {path: $.landing_site, type: text}
    referrer: {path: $.referring_site, type: text}
    customer_raw: {json: $.customer}
  ")) }}
{% endmacro %}

{% macro shopify_order_products() %}
  {{ return(fromyaml("
    line_id: {path: $.id, type: text}
    product_id: {path: $.product_id, type: id}
    variant_id: {path: $.variant_id, type: id}
    product_title: {path: [$.title, $.name], type: text}
    product_sku: {path: $.sku, type: text}
    product_vendor: {path: $.vendor, type: text}
    quantity: {path: $.quantity, type: quantity}
    unit_price: {path: [$.price_set.shop_money.amount, $.price], type: money}
    discount_amount: {sum: $.discount_allocations, of: [$.amount_set.shop_money.amount, $.amount], type: money}
    line_discount_amount: {path: [$.total_discount_set.shop_money.amount, $.total_discount], type: money}
    allocations: {count: $.discount_allocations}
    tax_amount: {sum: $.tax_lines, of: [$.price_set.shop_money.amount, $.price], type: money}
    tax_rate: {sum: $.tax_lines, of: $.rate, type: rate}
    is_gift_card: {path: $.gift_card, type: bool}
    is_tip: {pattern: '^(.)', path: $.tip, type: bool}
  ")) }}
{% endmacro %}

{# Refunded shipping stands in refund_shipping_lines since 2024-10, before that in an adjustment of its own kind; the
   vendor writes adjustments that give money back as negative. #}
{% macro shopify_refunds() %}
  {{ return(fromyaml("
    order_id: {path: $.order_id, type: id}
    refunded_at: {path: [$.processed_at, $.created_at], type: timestamp}
    refund_reason: {path: $.note, type: text}
    money_amount: {sum: $.transactions, of: $.amount, when: [{path: $.kind, is: [refund]}, {path: $.status, is: [success, '']}], type: money}
    money_currency: {path: '$.transactions[0].currency', type: text}
    shipping_amount:
      first:
        - {sum: $.refund_shipping_lines, of: [$.subtotal_amount_set.shop_money.amount, $.subtotal_amount], type: money}
        - {sum: $.order_adjustments, of: [$.amount_set.shop_money.amount, $.amount], when: [{path: $.kind, is: [shipping_refund]}], negate: true, type: money}
    shipping_tax_amount:
      first:
        - {sum: $.refund_shipping_lines, of: [$.tax_amount_set.shop_money.amount, $.tax_amount], type: money}
        - {sum: $.order_adjustments, of: [$.tax_amount_set.shop_money.amount, $.tax_amount], when: [{path: $.kind, is: [shipping_refund]}], negate: true, type: money}
    fees_amount: {path: $.total_duties_set.shop_money.amount, type: money}
    discrepancy_amount:
      {sum: $.order_adjustments, of: [$.amount_set.shop_money.amount, $.amount], unless: [{path: $.kind, is: [shipping_refund]}], negate: true, type: money}
    discrepancy_tax_amount:
      {sum: $.order_adjustments, of: [$.tax_amount_set.shop_money.amount, $.tax_amount], unless: [{path: $.kind, is: [shipping_refund]}], negate: true, type: money}
    refund_lines: {json: $.refund_line_items}
  ")) }}
{% endmacro %}

{% macro shopify_refund_lines() %}
  {{ return(fromyaml("
    refund_line_id: {path: $.id, type: text}
    line_id: {path: [$.line_item_id, $.line_item.id], type: id}
    product_id: {path: $.line_item.product_id, type: id}
    product_title: {path: [$.line_item.title, $.line_item.name], type: text}
    product_sku: {path: $.line_item.sku, type: text}
    product_vendor: {path: $.line_item.vendor, type: text}
    quantity: {path: $.quantity, type: quantity}
    unit_price: {path: [$.line_item.price_set.shop_money.amount, $.line_item.price], type: money}
    value_amount: {path: [$.subtotal_set.shop_money.amount, $.subtotal], type: money}
    tax_amount: {path: [$.total_tax_set.shop_money.amount, $.total_tax], type: money}
  ")) }}
{% endmacro %}

{% macro shopify_customers() %}
  {{ return(fromyaml("
    email: {path: $.email, type: text}
    country_code: {path: $.default_address.country_code, type: text}
    country: {path: [$.default_address.country_name, $.default_address.country], type: text}
  ")) }}
{% endmacro %}

{# ShopifyQL's `FROM sales … TIMESERIES day`; `returns` and `shipping_charges` have had other names. #}
{% macro shopify_platform_sales() %}
  {{ return(fromyaml("
    sales_date: {path: $.day, type: date}
    gross_sales: {path: $.gross_sales, type: money}
    discounts: {path: $.discounts, type: money}
    returns: {path: [$.returns, $.sales_reversals], type: money}
    net_sales: {path: $.net_sales, type: money}
    shipping: {path: [$.shipping_charges, $.shipping], type: money}
    taxes: {path: $.taxes, type: money}
    duties_and_fees: {add: [$.duties, $.additional_fees], type: money}
    total_sales: {path: $.total_sales, type: money}
    orders: {path: $.orders, type: integer}
  ")) }}
{% endmacro %}
