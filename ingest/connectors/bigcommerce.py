"""BigCommerce: Orders V2 with the products of each order, refunds V3."""

from ingest.connector import Connector, Entity, Personal, Total, required
from ingest.fields import FieldType, typed, under

BOOLEAN, CURRENCY, ID, INSTANT = FieldType.BOOLEAN, FieldType.CURRENCY, FieldType.ID, FieldType.INSTANT
INTEGER, MONEY, QUANTITY, RATE, RFC2822 = (
    FieldType.INTEGER,
    FieldType.MONEY,
    FieldType.QUANTITY,
    FieldType.RATE,
    FieldType.RFC2822,
)

_COSTS = [
    f"{cost}_{tax}"
    for cost in ("shipping_cost", "handling_cost", "wrapping_cost")
    for tax in ("ex_tax", "inc_tax", "tax")
]

ORDER = {
    **typed(RFC2822, "date_modified"),
    **typed(
        MONEY,
        "total_ex_tax",
        "total_tax",
        "subtotal_ex_tax",
        "subtotal_inc_tax",
        "subtotal_tax",
        *_COSTS,
        "discount_amount",
        "coupon_discount",
        "store_credit_amount",
        "gift_certificate_amount",
    ),
    **under(
        "fees[*]",
        # the vendor writes both spellings
        typed(MONEY, "base_cost", "cost_ex_tax", "cost_exc_tax", "cost_inc_tax", "cost_tax"),
    ),
    **typed(CURRENCY, "currency_code", "default_currency_code", "store_default_currency_code"),
    **typed(RATE, "currency_exchange_rate", "store_default_to_transactional_exchange_rate"),
    **typed(BOOLEAN, "is_deleted", "is_tax_inclusive_pricing"),
    "customer_id": ID,
    "items_total": QUANTITY,
    # typed without a field that is read: an address that is not an object is none
    "billing_address.country_iso2": FieldType.TEXT,
}

PRODUCT = {
    **typed(ID, "product_id", "variant_id", "parent_order_product_id"),
    **typed(
        MONEY,
        "base_price",
        "price_ex_tax",
        "price_inc_tax",
        "price_tax",
        "base_total",
        "total_ex_tax",
        "total_inc_tax",
        "total_tax",
        "discounted_total_inc_tax",
        "wrapping_cost_ex_tax",
        "wrapping_cost_inc_tax",
        "wrapping_cost_tax",
        "applied_discounts[*].amount",
    ),
}

REFUND = {
    **typed(MONEY, "total_amount", "total_tax", "tax_adjustment_amount"),
    **under("items[*]", {"item_id": ID, "quantity": QUANTITY, "requested_amount": MONEY}),
    **under("payments[*]", {"amount": MONEY, "is_declined": BOOLEAN}),
}

PERSONAL = Personal(
    dropped=frozenset(
        {
            "staff_notes",
            "customer_message",
            "form_fields",
            "product_options",
            "configurable_fields",
            "wrapping_message",
            "credit_card_type",
            "store_credit_recipient",
            "gift_certificate",
        }
    ),
    addresses=frozenset({"billing_address", "shipping_address"}),
)

CONNECTOR = Connector(
    name="bigcommerce",
    label="BigCommerce",
    provides=("store",),
    options=frozenset({"store_hash"}),
    entities=(
        Entity(
            shape="bigcommerce",
            name="orders",
            kind="record",
            wrapper=("orders", "data"),
            one=("order", "data"),
            required=(
                required("id", type=ID),
                required("date_created", type=RFC2822),
                required("status_id", type=INTEGER),
                required("total_inc_tax", type=MONEY),
                required("default_currency_code", "currency_code", type=CURRENCY),
            ),
            optional=ORDER,
            updated_at="date_modified",
            day=("date_created",),
            totals={"total": Total(("total_inc_tax",))},
            personal=PERSONAL,
        ),
        Entity(
            shape="bigcommerce",
            name="order_products",
            kind="set",
            wrapper=("order_products", "products", "data"),
            one=("order_product", "product", "data"),
            required=(
                required("id", type=ID),
                required("order_id", type=ID),
                required("quantity", type=QUANTITY),
                required(
                    "total_ex_tax", "total_inc_tax", "price_ex_tax", "price_inc_tax", "base_price", "price", type=MONEY
                ),
            ),
            optional=PRODUCT,
            parent=("order_id",),
            personal=PERSONAL,
        ),
        Entity(
            shape="bigcommerce",
            name="refunds",
            kind="record",
            wrapper=("refunds", "data"),
            one=("refund", "data"),
            required=(
                required("id", type=ID),
                required("order_id", type=ID),
                required("created", type=INSTANT),
            ),
            optional=REFUND,
            parent=("order_id",),
            day=("created",),
            personal=PERSONAL,
        ),
    ),
    traps=(
        "`currency_code` is the currency of display; the order's own is `default_currency_code`.",
        "Of the amounts with and without tax only the one that `is_tax_inclusive_pricing` names is exact.",
        "`refunded_amount` of an order is always 0: refunds come from V3.",
        "The products of an order are a set of their own: a product that has vanished from it is gone.",
        "Statuses go by `status_id`, as their names can be changed; customer 0 is nobody.",
        "Declined payments of a refund are no money given back.",
    ),
)
