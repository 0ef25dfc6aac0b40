{% macro corner_shop_orders() %}
  {{ return(fromyaml("
    order_name: {path: $.number, type: text}
    ordered_at: {path: $.sold_at, type: timestamp}
    source_status: {path: $.state, type: word}
    currency: {path: $.currency, type: text}
    total_amount: {path: $.sum, type: money}
  ")) }}
{% endmacro %}

{% macro corner_shop_order_products() %}
  {{ return(fromyaml("
    line_id: {path: $.id, type: text}
    product_id: {path: $.article, type: id}
    product_title: {path: $.name, type: text}
    quantity: {path: $.pieces, type: quantity}
    unit_price: {path: $.price, type: money}
  ")) }}
{% endmacro %}
