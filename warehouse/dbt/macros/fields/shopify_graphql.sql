{# Shopify, Admin GraphQL 2026-10, connections unfolded to lists. Amounts are shopMoney, the shop's currency when the
   order was placed; ids are global, their last part is the id that REST gives; enumerations are upper case. #}

{% macro shopify_graphql_orders() %}
  {{ return(fromyaml("
    order_name: {path: $.name, type: text}
    ordered_at: {path: [$.processedAt, $.createdAt], type: timestamp}
    cancelled_at: {path: $.cancelledAt, type: timestamp}
    cancel_reason: {path: $.cancelReason, type: word}
    source_status: {path: $.displayFinancialStatus, type: word}
    is_test: {path: $.test, type: bool}
    currency: {path: [$.currencyCode, $.totalPriceSet.shopMoney.currencyCode], type: text}
    prices_include_tax: {path: $.taxesIncluded, type: bool}
    total_amount: {path: $.totalPriceSet.shopMoney.amount, type: money}
    tax_amount: {path: $.totalTaxSet.shopMoney.amount, type: money}
    shipping_amount: {sum: $.shippingLines, of: $.discountedPriceSet.shopMoney.amount, type: money}
    shipping_list_amount:
      first:
        - {sum: $.shippingLines, of: [$.originalPriceSet.shopMoney.amount, $.discountedPriceSet.shopMoney.amount], type: money}
        - {path: $.totalShippingPriceSet.shopMoney.amount, type: money}
    shipping_discount_amount: {sum: $.shippingLines, members: '$[*].discountAllocations[*]', of: $.allocatedAmountSet.shopMoney.amount, type: money}
    shipping_tax_amount: {sum: $.shippingLines, members: '$[*].taxLines[*]', of: $.priceSet.shopMoney.amount, type: money}
    duties_and_fees_amount: {add: [[$.originalTotalDutiesSet.shopMoney.amount, $.currentTotalDutiesSet.shopMoney.amount], [$.originalTotalAdditionalFeesSet.shopMoney.amount, $.currentTotalAdditionalFeesSet.shopMoney.amount]], type: money}
    tips_amount: {path: $.totalTipReceivedSet.shopMoney.amount, type: money}
    discount_amount: {path: $.totalDiscountsSet.shopMoney.amount, type: money}
    goods_list_amount: {add: [$.subtotalPriceSet.shopMoney.amount, $.totalDiscountsSet.shopMoney.amount], type: money}
    presentment_currency: {path: [$.totalPriceSet.presentmentMoney.currencyCode, $.presentmentCurrencyCode], type: text}
    presentment_total_amount: {path: $.totalPriceSet.presentmentMoney.amount, type: money}
    customer_id: {path: [$.customer.legacyResourceId, $.customer.id], type: global_id}
    email: {path: [$.email, $.customer.defaultEmailAddress.emailAddress, $.customer.email], type: text}
    shipping_country_code: {path: [$.shippingAddress.countryCodeV2, $.shippingAddress.countryCode], type: text}
    shipping_country: {path: $.shippingAddress.country, type: text}
    billing_country_code: {path: [$.billingAddress.countryCodeV2, $.billingAddress.countryCode], type: text}
    billing_country: {path: $.billingAddress.country, type: text}
    customer_country_code: {path: [$.customer.defaultAddress.countryCodeV2, $.customer.defaultAddress.countryCode], type: text}
    customer_country: {path: $.customer.defaultAddress.country, type: text}
    landing_page: {path: [$.customerJourneySummary.lastVisit.landingPage, $.landingPageUrl], type: text}
    referrer: {path: [$.customerJourneySummary.lastVisit.referrerUrl, $.referrerUrl], type: text}
    customer_raw: {json: $.customer}
    agreements: {json: $.agreements}
  ")) }}
{% endmacro %}

{% macro shopify_graphql_order_products() %}
  {{ return(fromyaml("
    line_id: {path: $.id, type: global_id}
    product_id: {path: [$.product.legacyResourceId, $.product.id], type: global_id}
    variant_id: {path: [$.variant.legacyResourceId, $.variant.id], type: global_id}
    product_title: {path: [$.title, $.name], type: text}
    product_sku: {path: $.sku, type: text}
    product_vendor: {path: $.vendor, type: text}
    quantity: {path: $.quantity, type: quantity}
    unit_price: {path: $.originalUnitPriceSet.shopMoney.amount, type: money}
    discount_amount: {sum: $.discountAllocations, of: $.allocatedAmountSet.shopMoney.amount, type: money}
    line_discount_amount: {path: $.totalDiscountSet.shopMoney.amount, type: money}
    allocations: {count: $.discountAllocations}
    tax_amount: {sum: $.taxLines, of: $.priceSet.shopMoney.amount, type: money}
    tax_rate: {sum: $.taxLines, of: $.rate, type: rate}
    is_gift_card: {path: $.isGiftCard, type: bool}
  ")) }}
{% endmacro %}

{% macro shopify_graphql_refunds() %}
  {{ return(fromyaml("
    refunded_at: {path: [$.processedAt, $.createdAt], type: timestamp}
    refund_reason: {path: $.note, type: text}
    money_amount:
      first:
        - {path: $.totalRefundedSet.shopMoney.amount, type: money}
        - {sum: $.transactions, of: $.amountSet.shopMoney.amount, when: [{path: $.kind, is: [REFUND]}, {path: $.status, is: [SUCCESS, '']}], type: money}
    shipping_amount: {sum: $.refundShippingLines, of: $.subtotalAmountSet.shopMoney.amount, type: money}
    shipping_tax_amount: {sum: $.refundShippingLines, of: $.taxAmountSet.shopMoney.amount, type: money}
    fees_amount: {sum: $.duties, of: $.amountSet.shopMoney.amount, type: money}
    discrepancy_amount: {sum: $.orderAdjustments, of: $.amountSet.shopMoney.amount, negate: true, type: money}
    discrepancy_tax_amount: {sum: $.orderAdjustments, of: $.taxAmountSet.shopMoney.amount, negate: true, type: money}
    refund_lines: {json: $.refundLineItems}
  ")) }}
{% endmacro %}

{% macro shopify_graphql_refund_lines() %}
  {{ return(fromyaml("
    refund_line_id: {path: $.id, type: global_id}
    line_id: {path: $.lineItem.id, type: global_id}
    product_id: {path: [$.lineItem.product.legacyResourceId, $.lineItem.product.id], type: global_id}
    product_title: {path: [$.lineItem.title, $.lineItem.name], type: text}
    product_sku: {path: $.lineItem.sku, type: text}
    product_vendor: {path: $.lineItem.vendor, type: text}
    quantity: {path: $.quantity, type: quantity}
    unit_price: {path: $.lineItem.originalUnitPriceSet.shopMoney.amount, type: money}
    value_amount: {path: $.subtotalSet.shopMoney.amount, type: money}
    tax_amount: {path: $.totalTaxSet.shopMoney.amount, type: money}
  ")) }}
{% endmacro %}

{% macro shopify_graphql_customers() %}
  {{ return(fromyaml("
    email: {path: [$.defaultEmailAddress.emailAddress, $.email], type: text}
    country_code: {path: [$.defaultAddress.countryCodeV2, $.defaultAddress.countryCode], type: text}
    country: {path: $.defaultAddress.country, type: text}
  ")) }}
{% endmacro %}

{% macro shopify_graphql_platform_sales() %}
  {{ return(shopify_platform_sales()) }}
{% endmacro %}
