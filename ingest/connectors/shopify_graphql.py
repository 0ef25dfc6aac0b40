"""Shopify, Admin GraphQL shapes, versions up to 2026-10; connections come as plain lists."""

from ingest.connector import Connector, Entity, Personal, Total, required
from ingest.connectors.shopify import shopifyql
from ingest.fields import FieldType, typed, under
from ingest.graphql import graphql

BOOLEAN, CURRENCY, ID, INSTANT = FieldType.BOOLEAN, FieldType.CURRENCY, FieldType.ID, FieldType.INSTANT
MONEY, QUANTITY, RATE, TEXT = FieldType.MONEY, FieldType.QUANTITY, FieldType.RATE, FieldType.TEXT


def _bags(*names: str) -> dict[str, FieldType]:
    """Money bags: the amount in the shop's own currency (`shopMoney`) and in the buyer's."""
    return {
        f"{name}.{money}.{path}": leaf
        for name in names
        for money in ("shopMoney", "presentmentMoney")
        for path, leaf in (("amount", MONEY), ("currencyCode", CURRENCY))
    }


TAX_LINES = under("taxLines[*]", {"rate": RATE}, _bags("priceSet"))
DISCOUNTS = under("discountAllocations[*]", _bags("allocatedAmountSet"))
DUTIES = under("duties[*]", _bags("price"), TAX_LINES)

LINE = {
    **typed(ID, "id", "product.id", "product.legacyResourceId", "variant.id", "variant.legacyResourceId"),
    "quantity": QUANTITY,
    "isGiftCard": BOOLEAN,
    **_bags("originalUnitPriceSet", "originalTotalSet", "totalDiscountSet"),
    **DISCOUNTS,
    **TAX_LINES,
    **DUTIES,
}

REFUND = {
    **typed(ID, "id", "legacyResourceId"),
    **typed(INSTANT, "createdAt", "processedAt", "updatedAt"),
    **_bags("totalRefundedSet"),
    **under(
        "refundLineItems[*]",
        typed(ID, "id"),
        {"quantity": QUANTITY},
        _bags("subtotalSet", "totalTaxSet", "priceSet"),
        under("lineItem", LINE),
    ),
    **under("refundShippingLines[*]", typed(ID, "id"), _bags("subtotalAmountSet", "taxAmountSet")),
    **under("orderAdjustments[*]", typed(ID, "id"), _bags("amountSet", "taxAmountSet")),
    **under("duties[*]", _bags("amountSet")),
    **under(
        "transactions[*]",
        typed(ID, "id"),
        typed(TEXT, "kind", "status"),
        typed(INSTANT, "createdAt", "processedAt"),
        _bags("amountSet"),
    ),
}

# the ledger: what every sale, edit and return did to the order
SALE = {
    **typed(ID, "id", "lineItem.id", "shippingLine.id"),
    **typed(TEXT, "actionType", "lineType"),
    "quantity": QUANTITY,
    **_bags(
        "totalAmount",
        "totalTaxAmount",
        "totalDiscountAmountBeforeTaxes",
        "totalDiscountAmountAfterTaxes",
    ),
}
AGREEMENT = {
    **typed(ID, "id", "refund.id", "return.id"),
    "reason": TEXT,
    "happenedAt": INSTANT,
    **under("sales[*]", SALE),
}

ORDER = {
    "legacyResourceId": ID,
    **typed(INSTANT, "updatedAt", "cancelledAt"),
    **typed(BOOLEAN, "test", "taxesIncluded", "dutiesIncluded"),
    "displayFinancialStatus": TEXT,
    "presentmentCurrencyCode": CURRENCY,
    **_bags(
        "totalPriceSet",
        "subtotalPriceSet",
        "totalTaxSet",
        "totalDiscountsSet",
        "totalShippingPriceSet",
        "totalTipReceivedSet",
        "totalRefundedSet",
        "originalTotalDutiesSet",
        "currentTotalDutiesSet",
        "originalTotalAdditionalFeesSet",
        "currentTotalAdditionalFeesSet",
        "currentTotalPriceSet",
    ),
    **typed(ID, "customer.id", "customer.legacyResourceId"),
    **under("lineItems[*]", LINE),
    **under("shippingLines[*]", _bags("originalPriceSet", "discountedPriceSet"), DISCOUNTS, TAX_LINES),
    **TAX_LINES,
    **under("refunds[*]", REFUND),
    **under("agreements[*]", AGREEMENT),
}

PERSONAL = Personal(
    dropped=frozenset(
        {
            "customAttributes",
            "metafield",
            "metafields",
            "localizedFields",
            "localizationExtensions",
            "paymentDetails",
            "purchasingEntity",
            "receiptJson",
            "authorizationCode",
            "statusPageUrl",
            "trackingInfo",
            "events",
        }
    ),
    addresses=frozenset({"addressesV2", "displayAddress", "destination", "originAddress"}),
)

# of the parts of an order that a bulk operation writes as lines of their own, by the type in their global id
PARTS = {
    "LineItem": "lineItems",
    "ShippingLine": "shippingLines",
    "SalesAgreement": "agreements",
    **dict.fromkeys(("OrderAgreement", "OrderEditAgreement", "RefundAgreement", "ReturnAgreement"), "agreements"),
    **dict.fromkeys(
        (
            "Sale",
            "ProductSale",
            "GiftCardSale",
            "ShippingLineSale",
            "TipSale",
            "DutySale",
            "FeeSale",
            "AdditionalFeeSale",
            "AdjustmentSale",
            "UnknownSale",
        ),
        "sales",
    ),
    "Refund": "refunds",
    "RefundLineItem": "refundLineItems",
    "RefundShippingLine": "refundShippingLines",
    "OrderAdjustment": "orderAdjustments",
    "OrderTransaction": "transactions",
}

CONNECTOR = Connector(
    name="shopify",
    api="graphql",
    is_default=False,
    label="Shopify (GraphQL)",
    provides=("store",),
    options=frozenset({"shop"}),
    entities=(
        Entity(
            shape="shopify_graphql",
            name="orders",
            kind="record",
            one=("order",),
            required=(
                required("id", type=ID),
                required("processedAt", "createdAt", type=INSTANT),
                required("totalPriceSet.shopMoney.amount", type=MONEY),
                required("currencyCode", "totalPriceSet.shopMoney.currencyCode", type=CURRENCY),
            ),
            optional=ORDER,
            updated_at="updatedAt",
            day=("processedAt", "createdAt"),
            totals={"total": Total(("totalPriceSet.shopMoney.amount",))},
            personal=PERSONAL,
            unfold=graphql("orders", "order", "node"),
            children=PARTS,
            embeds={"order_products": "lineItems", "refunds": "refunds", "customers": "customer"},
        ),
        Entity(
            shape="shopify_graphql",
            name="customers",
            kind="record",
            one=("customer",),
            required=(required("id", type=ID),),
            optional={
                "legacyResourceId": ID,
                **typed(INSTANT, "createdAt", "updatedAt"),
                # typed without a field that is read: an address book that is not a list of objects is no customer
                "defaultAddress.id": ID,
                "addressesV2[*].id": ID,
            },
            updated_at="updatedAt",
            foreign=frozenset({"lineItems", "totalPriceSet", "displayFinancialStatus", "refunds", "agreements"}),
            personal=PERSONAL,
            unfold=graphql("customers", "customer", "node"),
            children={"MailingAddress": "addressesV2"},
        ),
        shopifyql("shopify_graphql"),
    ),
    traps=(
        "Ids are global (`gid://shopify/Order/1`): their last part is the id that REST gives, so both forms of an "
        "order are the same order.",
        "Connections (`edges` and `node`, or `nodes`) become plain lists before a record is kept.",
        "A bulk operation's file writes the parts of an order as lines with `__parentId`: they are put back where they "
        "follow their order, else they go to quarantine (group the objects).",
        "An answer that holds errors and no data goes to quarantine with the vendor's message.",
        "Amounts are `shopMoney`, the shop's currency when the order was placed.",
        "`agreements`, where they were asked for, are Shopify's own ledger: they decide value and day of returns.",
        "Discounts are those of `discountAllocations`; `totalShippingPriceSet` is before discounts.",
        "A customer journey counts only once it is `ready`.",
    ),
)
