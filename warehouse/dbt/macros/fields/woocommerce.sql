{# WooCommerce, REST v3. Amounts are without tax also where prices include it; *_gmt dates carry no offset and are UTC. #}

{% macro woocommerce_orders() %}
  {{ return(fromyaml("
    order_name: {path: [$.number, $.id], type: text}
    ordered_at: {path: $.date_created_gmt, type: timestamp_utc}
    source_status: {path: $.status, type: text}
    is_paid: {pattern: '^(.)', path: [$.date_paid_gmt, $.date_paid], type: bool}
    currency: {path: $.currency, type: text}
    prices_include_tax: {value: 'false', type: bool}
    total_amount: {path: $.total, type: money}
    tax_amount: {path: $.total_tax, type: money}
    shipping_amount: {path: $.shipping_total, type: money}
    duties_and_fees_amount: {sum: $.fee_lines, of: $.total, type: money}
    discount_amount: {path: $.discount_total, type: money}
    customer_id: {path: $.customer_id, type: id}
    email: {path: $.billing.email, type: text}
    shipping_country_code: {path: $.shipping.country, type: text}
    billing_country_code: {path: $.billing.country, type: text}
    customer_raw: {object: {id: $.customer_id, billing: $.billing}}
  ")) }}
{% endmacro %}

{% macro woocommerce_order_products() %}
  {{ return(fromyaml("
    line_id: {path: $.id, type: text}
    product_id: {path: $.product_id, type: id}
    variant_id: {path: $.variation_id, type: id}
    product_title: {path: $.name, type: text}
    product_sku: {path: $.sku, type: text}
    quantity: {path: $.quantity, type: quantity}
    list_amount: {path: [$.subtotal, $.total], type: money}
    discounted_amount: {path: $.total, type: money}
    tax_amount: {path: $.total_tax, type: money}
  ")) }}
{% endmacro %}

{# The record of a refund, and the shorter form inside its order: {id, reason, total} with a negative total and no date. #}
{% macro woocommerce_refunds() %}
  {{ return(fromyaml("
    refunded_at: {path: $.date_created_gmt, type: timestamp_utc}
    refund_reason: {path: [$.reason, $.refund], type: text}
    money_amount: {path: $.amount, type: money}
    embedded_amount: {path: $.total, type: money}
    shipping_amount: {sum: $.shipping_lines, of: $.total, negate: true, type: money}
    shipping_tax_amount: {sum: $.shipping_lines, of: $.total_tax, negate: true, type: money}
    fees_amount: {sum: $.fee_lines, of: $.total, negate: true, type: money}
    fees_tax_amount: {sum: $.fee_lines, of: $.total_tax, negate: true, type: money}
    refund_lines: {json: $.line_items}
  ")) }}
{% endmacro %}

{% macro woocommerce_refund_lines() %}
  {{ return(fromyaml("
    refund_line_id: {path: $.id, type: text}
    line_id: {member: $.meta_data, of: $.value, when: [{path: $.key, is: [_refunded_item_id]}], type: id}
    product_id: {path: $.product_id, type: id}
    product_title: {path: $.name, type: text}
    product_sku: {path: $.sku, type: text}
    quantity: {path: $.quantity, type: quantity}
    value_amount: {path: $.total, type: money}
    tax_amount: {path: $.total_tax, type: money}
  ")) }}
{% endmacro %}
