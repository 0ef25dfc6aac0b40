"""Shopify, Admin REST shapes. Field by field: notes of the vendor's API, versions up to 2026-10."""

from collections.abc import Iterator

from ingest.connector import Connector, Entity, Personal, Total, required
from ingest.fields import FieldType, typed, under
from ingest.reports import shopifyql_rows

BOOLEAN, COST, CURRENCY, DAY = FieldType.BOOLEAN, FieldType.COST, FieldType.CURRENCY, FieldType.DAY
ID, INSTANT, INTEGER = FieldType.ID, FieldType.INSTANT, FieldType.INTEGER
MONEY, QUANTITY, RATE = FieldType.MONEY, FieldType.QUANTITY, FieldType.RATE


def _bags(*names: str) -> dict[str, FieldType]:
    """Money bags: the amount in the shop's own currency (`shop_money`) and in the buyer's."""
    return {
        f"{name}.{money}.{path}": leaf
        for name in names
        for money in ("shop_money", "presentment_money")
        for path, leaf in (("amount", MONEY), ("currency_code", CURRENCY))
    }


TAX_LINES = under("tax_lines[*]", {"price": MONEY, "rate": RATE}, _bags("price_set"))
DISCOUNTS = under("discount_allocations[*]", {"amount": MONEY}, _bags("amount_set"))
DUTIES = under("duties[*]", typed(MONEY, "shop_money.amount", "presentment_money.amount"), TAX_LINES)

LINE = {
    **typed(ID, "id", "product_id", "variant_id"),
    **typed(MONEY, "price", "total_discount"),
    "quantity": QUANTITY,
    "gift_card": BOOLEAN,
    **_bags("price_set", "total_discount_set"),
    **DISCOUNTS,
    **TAX_LINES,
    **DUTIES,
}

REFUND = {
    **typed(ID, "id", "order_id"),
    **typed(INSTANT, "created_at", "processed_at"),
    **under(
        "refund_line_items[*]",
        typed(ID, "id", "line_item_id"),
        {"quantity": QUANTITY},
        typed(MONEY, "subtotal", "total_tax"),
        _bags("subtotal_set", "total_tax_set"),
        under("line_item", LINE),
    ),
    **under("order_adjustments[*]", typed(MONEY, "amount", "tax_amount"), _bags("amount_set", "tax_amount_set")),
    **under("refund_shipping_lines[*]", _bags("subtotal_amount_set", "tax_amount_set")),
    **under("duties[*]", _bags("amount_set")),
    **_bags("total_duties_set", "total_additional_fees_set"),
    **under(
        "transactions[*]",
        typed(ID, "id"),
        {"amount": MONEY, "currency": CURRENCY},
        typed(INSTANT, "created_at", "processed_at"),
    ),
}

ORDER = {
    **typed(
        MONEY,
        "subtotal_price",
        "total_tax",
        "total_discounts",
        "total_line_items_price",
        "total_tip_received",
        "current_total_price",
        "current_total_tax",
    ),
    **_bags(
        "total_price_set",
        "subtotal_price_set",
        "total_tax_set",
        "total_discounts_set",
        "total_line_items_price_set",
        "total_shipping_price_set",
        "total_tip_received_set",
        "original_total_duties_set",
        "original_total_additional_fees_set",
        "current_total_price_set",
    ),
    **typed(INSTANT, "updated_at", "cancelled_at"),
    **typed(BOOLEAN, "test", "taxes_included"),
    "presentment_currency": CURRENCY,
    "customer.id": ID,
    **under("line_items[*]", LINE),
    **under(
        "shipping_lines[*]",
        typed(MONEY, "price", "discounted_price"),
        _bags("price_set", "discounted_price_set"),
        DISCOUNTS,
        TAX_LINES,
    ),
    **TAX_LINES,
    **under("refunds[*]", REFUND),
}

PERSONAL = Personal(
    dropped=frozenset(
        {
            "note_attributes",
            "custom_attributes",
            "properties",
            "metafields",
            "client_details",
            "payment_details",
            "receipt",
            "authorization",
            "order_status_url",
            "status_page_url",
            "tracking_url",
            "tracking_urls",
        }
    ),
    addresses=frozenset({"destination", "origin_location", "destination_location", "origin_address"}),
)


def _sales_rows(value: object) -> Iterator[object]:
    """Rows under the names that ShopifyQL uses, whatever heading an export has: Gross sales → gross_sales."""
    for row in shopifyql_rows(value):
        if type(row) is dict:
            yield {key.strip().lower().replace(" ", "_"): held for key, held in row.items()}
        else:
            yield row


def shopifyql(shape: str) -> Entity:
    """Shopify's own sales report by day, which the store's facts are compared with."""
    return Entity(
        shape=shape,
        name="shopifyql",
        master="platform_sales",
        kind="record",
        one=("row",),
        required=(
            required("day", type=DAY),
            required("total_sales", "net_sales", "gross_sales", "orders", type=COST),
        ),
        optional={
            **typed(
                COST,
                "discounts",
                "returns",
                "sales_reversals",
                "shipping_charges",
                "shipping",
                "taxes",
                "duties",
                "additional_fees",
                "tips",
            ),
            "orders": INTEGER,
        },
        id="day",
        day=("day",),
        csv=True,
        unfold=_sales_rows,
    )


CONNECTOR = Connector(
    name="shopify",
    api="rest",
    label="Shopify",
    provides=("store",),
    options=frozenset({"shop"}),
    entities=(
        Entity(
            shape="shopify",
            name="orders",
            kind="record",
            wrapper=("orders",),
            one=("order",),
            required=(
                required("id", type=ID),
                required("processed_at", "created_at", type=INSTANT),
                required("total_price", type=MONEY),
                required("currency", type=CURRENCY),
            ),
            optional=ORDER,
            updated_at="updated_at",
            day=("processed_at", "created_at"),
            totals={"total": Total(("total_price",))},
            embeds={"order_products": "line_items", "refunds": "refunds", "customers": "customer"},
            personal=PERSONAL,
        ),
        Entity(
            shape="shopify",
            name="refunds",
            kind="record",
            wrapper=("refunds",),
            one=("refund",),
            required=(
                required("id", type=ID),
                required("order_id", type=ID),
                required("processed_at", "created_at", type=INSTANT),
            ),
            optional=REFUND,
            parent=("order_id",),
            day=("processed_at", "created_at"),
            foreign=frozenset({"line_items", "total_price"}),
            personal=PERSONAL,
        ),
        Entity(
            shape="shopify",
            name="customers",
            kind="record",
            wrapper=("customers",),
            one=("customer",),
            required=(required("id", type=ID),),
            optional={
                **typed(INSTANT, "created_at", "updated_at"),
                # typed without a field that is read: an address book that is not a list of objects is no customer
                "default_address.id": ID,
                "addresses[*].id": ID,
            },
            updated_at="updated_at",
            foreign=frozenset({"line_items", "total_price", "order_id", "refund_line_items", "transactions"}),
            personal=PERSONAL,
        ),
        shopifyql("shopify"),
    ),
    traps=(
        "Amounts are the shop's own currency: `shop_money` where it is given, else the plain field.",
        "The order's day is that of `processed_at`, not of `created_at`.",
        "Refunds stand inside the order and may come by themselves as well: one id counts once, the newest version.",
        "Refunded shipping stands in `refund_shipping_lines`, before API 2024-10 in an adjustment of its own kind.",
        "Discounts are those of `discount_allocations`: a line's `total_discount` leaves out those of the whole order.",
        "ShopifyQL writes discounts and returns as negative, and calls returns `sales_reversals` at times.",
    ),
)
