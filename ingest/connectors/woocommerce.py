"""WooCommerce, REST API v3."""

from ingest.connector import Connector, Entity, Personal, Total, required
from ingest.fields import FieldType, typed, under

BOOLEAN, CURRENCY, ID, MONEY = FieldType.BOOLEAN, FieldType.CURRENCY, FieldType.ID, FieldType.MONEY
QUANTITY, TEXT, UTC_INSTANT = FieldType.QUANTITY, FieldType.TEXT, FieldType.UTC_INSTANT

# `price` of a line is left untyped: it is a quotient with up to 15 decimals that nothing reads
LINES = {
    **under(
        "line_items[*]",
        typed(ID, "id", "product_id", "variation_id"),
        {"quantity": QUANTITY},
        typed(MONEY, "subtotal", "subtotal_tax", "total", "total_tax"),
    ),
    **under("shipping_lines[*]", typed(MONEY, "total", "total_tax")),
    **under("fee_lines[*]", typed(MONEY, "total", "total_tax")),
    **under("tax_lines[*]", typed(MONEY, "tax_total", "shipping_tax_total")),
}

ORDER = {
    **typed(UTC_INSTANT, "date_modified_gmt", "date_paid_gmt", "date_completed_gmt"),
    **typed(MONEY, "discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total_tax"),
    "prices_include_tax": BOOLEAN,
    "customer_id": ID,
    # typed without a field that is read: an address that is not an object is none
    "billing.country": TEXT,
    "shipping.country": TEXT,
    **LINES,
    **under("coupon_lines[*]", typed(MONEY, "discount", "discount_tax")),
    **under("refunds[*]", {"id": ID, "total": MONEY}),
}

PERSONAL = Personal(
    dropped=frozenset({"customer_note", "order_key", "payment_url"}),
    addresses=frozenset({"billing", "shipping"}),
    kept_meta=("_wc_order_attribution_", "_refunded_item_id"),
)

CONNECTOR = Connector(
    name="woocommerce",
    label="WooCommerce",
    provides=("store",),
    options=frozenset({"url"}),
    entities=(
        Entity(
            shape="woocommerce",
            name="orders",
            kind="record",
            wrapper=("orders",),
            one=("order",),
            required=(
                required("id", type=ID),
                required("status", type=TEXT),
                required("currency", type=CURRENCY),
                required("total", type=MONEY),
                required("date_created_gmt", type=UTC_INSTANT),
            ),
            optional=ORDER,
            updated_at="date_modified_gmt",
            day=("date_created_gmt",),
            totals={"total": Total(("total",))},
            embeds={"order_products": "line_items", "refunds": "refunds"},
            personal=PERSONAL,
        ),
        Entity(
            shape="woocommerce",
            name="order_refunds",
            kind="record",
            wrapper=("order_refunds", "refunds"),
            one=("order_refund", "refund"),
            required=(
                required("id", type=ID),
                required("amount", type=MONEY),
                required("date_created_gmt", type=UTC_INSTANT),
            ),
            optional=LINES,
            parent=("parent_id", "order_id", "_links.up[0].href"),
            day=("date_created_gmt",),
            master="refunds",
            personal=PERSONAL,
        ),
    ),
    traps=(
        "Times without an offset are UTC (`*_gmt`); the others are left alone.",
        "A refund's `amount` is positive, its lines' quantities and totals are negative.",
        "A refund that comes without `parent_id` names its order in `_links.up`.",
        "`refunds` inside an order have no day: the refunds themselves have to be delivered.",
        "Customer 0 is a guest.",
        "Of `meta_data` only order attribution and the refunded line's id are kept.",
    ),
)
