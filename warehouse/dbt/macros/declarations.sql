{# Written by `python -m ingest.declarations` from ingest/connectors/; not edited by hand. #}
{% macro declarations() %}
  {{ return({
    'ad_accounts': {
      'records': [
        {'connector': 'bing_ads', 'shape': 'bing_ads', 'entity': 'account_performance', 'kind': 'set'},
        {'connector': 'facebook_ads', 'shape': 'facebook_ads', 'entity': 'account_performance', 'kind': 'set'},
        {'connector': 'google_ads', 'shape': 'google_ads', 'entity': 'account_performance', 'kind': 'set'},
        {'connector': 'instagram_ads', 'shape': 'instagram_ads', 'entity': 'account_performance', 'kind': 'set'},
        {'connector': 'linkedin_ads', 'shape': 'linkedin_ads', 'entity': 'account_performance', 'kind': 'set'},
        {'connector': 'tiktok_ads', 'shape': 'tiktok_ads', 'entity': 'account_performance', 'kind': 'set'},
      ],
      'inside': [
      ],
    },
    'ad_performance': {
      'records': [
        {'connector': 'amazon_ads', 'shape': 'amazon_ads', 'entity': 'sp_campaigns', 'kind': 'set'},
        {'connector': 'amazon_ads', 'shape': 'amazon_ads', 'entity': 'sb_campaigns', 'kind': 'set'},
        {'connector': 'amazon_ads', 'shape': 'amazon_ads', 'entity': 'sd_campaigns', 'kind': 'set'},
        {'connector': 'bing_ads', 'shape': 'bing_ads', 'entity': 'ad_performance', 'kind': 'set'},
        {'connector': 'facebook_ads', 'shape': 'facebook_ads', 'entity': 'ad_performance', 'kind': 'set'},
        {'connector': 'google_ads', 'shape': 'google_ads', 'entity': 'ad_performance', 'kind': 'set'},
        {'connector': 'instagram_ads', 'shape': 'instagram_ads', 'entity': 'ad_performance', 'kind': 'set'},
        {'connector': 'linkedin_ads', 'shape': 'linkedin_ads', 'entity': 'ad_performance', 'kind': 'set'},
        {'connector': 'tiktok_ads', 'shape': 'tiktok_ads', 'entity': 'ad_performance', 'kind': 'set'},
      ],
      'inside': [
      ],
    },
    'campaigns': {
      'records': [
        {'connector': 'bing_ads', 'shape': 'bing_ads', 'entity': 'campaigns', 'kind': 'record'},
        {'connector': 'facebook_ads', 'shape': 'facebook_ads', 'entity': 'campaigns', 'kind': 'record'},
        {'connector': 'google_ads', 'shape': 'google_ads', 'entity': 'campaigns', 'kind': 'record'},
        {'connector': 'instagram_ads', 'shape': 'instagram_ads', 'entity': 'campaigns', 'kind': 'record'},
        {'connector': 'linkedin_ads', 'shape': 'linkedin_ads', 'entity': 'campaigns', 'kind': 'record'},
        {'connector': 'tiktok_ads', 'shape': 'tiktok_ads', 'entity': 'campaigns', 'kind': 'record'},
      ],
      'inside': [
      ],
    },
    'customers': {
      'records': [
        {'connector': 'shopify', 'shape': 'shopify', 'entity': 'customers', 'kind': 'record'},
        {'connector': 'shopify', 'shape': 'shopify_graphql', 'entity': 'customers', 'kind': 'record'},
      ],
      'inside': [
        {'connector': 'shopify', 'shape': 'shopify', 'list': 'customer'},
        {'connector': 'shopify', 'shape': 'shopify_graphql', 'list': 'customer'},
      ],
    },
    'events': {
      'records': [
        {'connector': 'amplitude', 'shape': 'amplitude', 'entity': 'events', 'kind': 'record'},
        {'connector': 'google_analytics', 'shape': 'google_analytics', 'entity': 'events', 'kind': 'set'},
        {'connector': 'mixpanel', 'shape': 'mixpanel', 'entity': 'events', 'kind': 'record'},
      ],
      'inside': [
      ],
    },
    'exchange_rates': {
      'records': [
        {'connector': 'ecb_rates', 'shape': 'ecb_rates', 'entity': 'rates', 'kind': 'record'},
      ],
      'inside': [
      ],
    },
    'order_products': {
      'records': [
        {'connector': 'bigcommerce', 'shape': 'bigcommerce', 'entity': 'order_products', 'kind': 'set'},
      ],
      'inside': [
        {'connector': 'shopify', 'shape': 'shopify', 'list': 'line_items'},
        {'connector': 'shopify', 'shape': 'shopify_graphql', 'list': 'lineItems'},
        {'connector': 'woocommerce', 'shape': 'woocommerce', 'list': 'line_items'},
      ],
    },
    'orders': {
      'records': [
        {'connector': 'bigcommerce', 'shape': 'bigcommerce', 'entity': 'orders', 'kind': 'record'},
        {'connector': 'shopify', 'shape': 'shopify', 'entity': 'orders', 'kind': 'record'},
        {'connector': 'shopify', 'shape': 'shopify_graphql', 'entity': 'orders', 'kind': 'record'},
        {'connector': 'woocommerce', 'shape': 'woocommerce', 'entity': 'orders', 'kind': 'record'},
      ],
      'inside': [
      ],
    },
    'platform_sales': {
      'records': [
        {'connector': 'shopify', 'shape': 'shopify', 'entity': 'shopifyql', 'kind': 'record'},
        {'connector': 'shopify', 'shape': 'shopify_graphql', 'entity': 'shopifyql', 'kind': 'record'},
      ],
      'inside': [
      ],
    },
    'refunds': {
      'records': [
        {'connector': 'bigcommerce', 'shape': 'bigcommerce', 'entity': 'refunds', 'kind': 'record'},
        {'connector': 'shopify', 'shape': 'shopify', 'entity': 'refunds', 'kind': 'record'},
        {'connector': 'woocommerce', 'shape': 'woocommerce', 'entity': 'order_refunds', 'kind': 'record'},
      ],
      'inside': [
        {'connector': 'shopify', 'shape': 'shopify', 'list': 'refunds'},
        {'connector': 'shopify', 'shape': 'shopify_graphql', 'list': 'refunds'},
        {'connector': 'woocommerce', 'shape': 'woocommerce', 'list': 'refunds'},
      ],
    },
    'sessions': {
      'records': [
        {'connector': 'google_analytics', 'shape': 'google_analytics', 'entity': 'sessions', 'kind': 'set'},
      ],
      'inside': [
      ],
    },
    'transactions': {
      'records': [
        {'connector': 'google_analytics', 'shape': 'google_analytics', 'entity': 'transactions', 'kind': 'set'},
      ],
      'inside': [
      ],
    },
  }) }}
{% endmacro %}
