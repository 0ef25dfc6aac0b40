{# BigCommerce, Orders V2 and refunds V3. Every amount comes with and without tax; which of the two is exact, the
   order's is_tax_inclusive_pricing says. currency_code is the display currency, default_currency_code the one charged. #}

{% macro bigcommerce_orders() %}
  {{ return(fromyaml("
    order_name: {path: $.id, type: text}
    ordered_at: {path: $.date_created, type: timestamp_rfc2822}
    source_status: {path: $.status_id, type: text}
    payment_status: {path: $.payment_status, type: text}
    is_test: {pattern: '(?i)^\\s*(test payment gateway)\\s*$', path: $.payment_method, type: bool}
    is_deleted: {path: $.is_deleted, type: bool}
    currency: {path: [$.default_currency_code, $.currency_code], type: text}
    shop_currency: {path: $.store_default_currency_code, type: text}
    shop_rate: {path: $.store_default_to_transactional_exchange_rate, type: rate}
    prices_include_tax: {path: $.is_tax_inclusive_pricing, type: bool}
    total_amount: {path: $.total_inc_tax, type: money}
    tax_amount: {path: $.total_tax, type: money}
    shipping_amount:
      choose: $.is_tax_inclusive_pricing
      then: {add: [$.shipping_cost_inc_tax, $.handling_cost_inc_tax, $.wrapping_cost_inc_tax], type: money}
      else: {add: [$.shipping_cost_ex_tax, $.handling_cost_ex_tax, $.wrapping_cost_ex_tax], type: money}
    shipping_tax_amount: {add: [$.shipping_cost_tax, $.handling_cost_tax, $.wrapping_cost_tax], type: money}
    duties_and_fees_amount: {sum: $.fees, of: [$.cost_ex_tax, $.cost_exc_tax], type: money}
    discount_amount: {add: [$.discount_amount, $.coupon_discount], type: money}
    goods_list_amount:
      choose: $.is_tax_inclusive_pricing
      then: {path: $.subtotal_inc_tax, type: money}
      else: {path: $.subtotal_ex_tax, type: money}
    goods_tax_amount: {path: $.subtotal_tax, type: money}
    customer_id: {path: $.customer_id, type: id}
    email: {path: $.billing_address.email, type: text}
    billing_country_code: {path: $.billing_address.country_iso2, type: text}
    billing_country: {path: $.billing_address.country, type: text}
    customer_raw: {object: {id: $.customer_id, billing_address: $.billing_address}}
  ")) }}
{% endmacro %}

{% macro bigcommerce_order_products() %}
  {{ return(fromyaml("
    line_id: {path: $.id, type: text}
    product_id: {path: $.product_id, type: id}
    variant_id: {path: $.variant_id, type: id}
    product_title: {path: $.name, type: text}
    product_sku: {path: $.sku, type: text}
    product_vendor: {path: $.brand, type: text}
    quantity: {path: $.quantity, type: quantity}
    unit_price: {path: [$.price_ex_tax, $.base_price], type: money}
    list_amount_with_tax: {path: [$.total_inc_tax, $.base_total], type: money}
    list_amount_without_tax: {path: [$.total_ex_tax, $.base_total], type: money}
    discount_amount: {sum: $.applied_discounts, of: $.amount, type: money}
    allocations: {count: $.applied_discounts}
    tax_amount: {path: $.total_tax, type: money}
    tax_is_of_list: {value: 'true', type: bool}
    is_gift_card: {pattern: '(?i)^(giftcertificate)$', path: $.type, type: bool}
  ")) }}
{% endmacro %}

{% macro bigcommerce_refunds() %}
  {{ return(fromyaml("
    order_id: {path: $.order_id, type: id}
    refunded_at: {path: $.created, type: timestamp}
    refund_reason: {path: $.reason, type: text}
    money_amount:
      first:
        - {sum: $.payments, of: $.amount, unless: [{path: $.is_declined, is: ['true']}], none_chosen: 0, type: money}
        - {path: $.total_amount, type: money}
    total_amount: {path: $.total_amount, type: money}
    tax_amount: {path: $.total_tax, type: money}
    shipping_amount: {sum: $.items, of: $.requested_amount, when: [{path: $.item_type, is: [SHIPPING, HANDLING, GIFT_WRAPPING]}], type: money}
    fees_amount: {sum: $.items, of: $.requested_amount, when: [{path: $.item_type, is: [FEE]}], type: money}
    refund_lines: {json: $.items}
  ")) }}
{% endmacro %}

{% macro bigcommerce_refund_lines() %}
  {{ return(fromyaml("
    line_id: {path: $.item_id, type: id}
    quantity: {path: $.quantity, type: quantity}
    value_amount: {path: $.requested_amount, type: money}
    item_type: {path: $.item_type, type: text}
  ")) }}
{% endmacro %}
