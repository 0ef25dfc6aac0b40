{# The canonical fields of a store's own sales report by day, in the store's currency; a vendor's sign of discounts and
   returns is left to the model. #}

{% macro canonical_platform_sales() %}
  {{ return(fromyaml("
    sales_date: date
    gross_sales: money
    discounts: money
    returns: money
    net_sales: money
    shipping: money
    taxes: money
    duties_and_fees: money
    total_sales: money
    orders: integer
  ")) }}
{% endmacro %}
