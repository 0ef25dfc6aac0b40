"""`gata-mcp init`: a tenants.yml and a metrics.yml to fill in."""

from pathlib import Path

from warehouse.errors import ConfigError
from warehouse.home import Home, replace_text

TEMPLATE = """\
# Who is served, and from which sources. No secrets in this file.
#
# tenants:
#   acme:                                # a slug: lower-case letters, digits and single underscores
#     name: Acme Inc.
#     timezone: America/New_York         # IANA name; business days are cut here
#     currency: USD                      # ISO 4217; amounts are reported in it
#     week_start: monday                 # optional
#     fiscal_year_start: 1               # optional: the month that the fiscal year begins with
#     sources:                           # the key names the source; its connector is the same unless said
#       shopify:
#         files: ./exports/shopify       # a folder of exports, relative to this file
#       shopify_eu:
#         connector: shopify
#         files: ./exports/shopify_eu
#       bigcommerce:
#         files: ./exports/bigcommerce
#       woocommerce:
#         files: ./exports/woocommerce
#
# Take out the leading "# " of the lines you need, then run: gata-mcp refresh acme
"""

METRICS_TEMPLATE = """\
# Metrics of your own, beside the built-in ones. Each is one of: filtered, ratio, derived, distinct, count, sum,
# cumulative. docs/operations.md says what each takes, docs/metrics.md names the built-in metrics.
#
# metrics:
#   email_sales:                         # the name that is asked for: a slug
#     description: Net sales of the orders that came by e-mail.
#     synonyms: [newsletter sales]       # optional, as are label, unit, note, hidden
#     filtered: {metric: net_sales, where: {channel: Email}}
#   email_share:
#     description: Share of net sales that came by e-mail.
#     ratio: {numerator: email_sales, denominator: net_sales}
#   sales_after_ads:
#     description: Net sales less what was spent on ads.
#     derived: {plus: net_sales, minus: ad_spend}
#   products_sold:
#     description: Different products sold.
#     tenants: [acme]                    # optional: for these tenants alone
#     distinct: {fact: order_lines, column: product_key}
#   net_sales_28_days:
#     description: Net sales of the 28 days up to a day.
#     cumulative: {metric: net_sales, window: 28 days}
#
# Take out the leading "# " of the lines you need. They are served from the next refresh on, which tells what is wrong.
"""


def write_starter(home: Home) -> list[Path]:
    """Put a commented tenants.yml, and a metrics.yml where there is none, into a home; returns what was written.

    Raises ConfigError where there is a tenants.yml.
    """
    if home.tenants_file.exists():
        raise ConfigError("There is a tenants.yml in this home already; edit that one.")
    wanted = {home.tenants_file: TEMPLATE, home.metrics_file: METRICS_TEMPLATE}
    written = [file for file in wanted if not file.exists()]
    for file in written:
        replace_text(file, wanted[file])
    return written
