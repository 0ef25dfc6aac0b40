"""`gata-mcp init`: a tenants.yml to fill in."""

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


def write_starter(home: Home) -> None:
    """Put a commented tenants.yml into a home; raises ConfigError where there is one."""
    if home.tenants_file.exists():
        raise ConfigError("There is a tenants.yml in this home already; edit that one.")
    replace_text(home.tenants_file, TEMPLATE)
