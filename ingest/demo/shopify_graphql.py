"""Demo orders as Shopify's Admin GraphQL API (2026-10) gives them: global ids, connections, money in two currencies."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from ingest.demo.amounts import ZERO
from ingest.demo.events import Discount, LineReturned, LineSold, OrderPlaced, Refunded, Shipping, Tax, Version
from ingest.demo.folder import Payload
from ingest.demo.people import Person
from ingest.demo.shopify_ledger import agreements


def order(version: Version) -> Payload:
    """One order with its lines, refunds, customer and ledger, as told after what the version has seen."""
    placed, person = version.placed, version.placed.buyer.person
    money = _Bags(placed.store.currency)
    listed = sum((line.listed for line in placed.lines), ZERO)
    subtotal = sum((line.paid for line in placed.lines), ZERO)
    cuts = listed - subtotal + (placed.shipping.cut if placed.shipping else ZERO)
    street = _address(person) if person and placed.channel != "pos" else None
    return {
        "id": gid("Order", placed.order_id),
        "legacyResourceId": str(placed.order_id),
        "name": placed.name,
        "createdAt": stamp(placed.recorded_at),
        "processedAt": stamp(placed.at),
        "updatedAt": stamp(version.updated_at),
        "cancelledAt": stamp(version.cancelled.at) if version.cancelled else None,
        "cancelReason": version.cancelled.reason.upper() if version.cancelled else None,
        "test": placed.is_test,
        "confirmed": True,
        "email": placed.buyer.email,
        "phone": person.phone if person and placed.number % 4 == 0 else None,
        "note": f"Please ring {person.phone}, {person.name}" if person and placed.number % 29 == 0 else None,
        "currencyCode": placed.store.currency,
        "presentmentCurrencyCode": placed.store.currency,
        "displayFinancialStatus": _status(version),
        "taxesIncluded": placed.store.prices_include_tax,
        "dutiesIncluded": False,
        "totalPriceSet": money.bag(placed.total),
        "subtotalPriceSet": money.bag(subtotal),
        "totalTaxSet": money.bag(placed.tax_charged),
        "totalDiscountsSet": money.bag(cuts),
        "totalShippingPriceSet": money.bag(placed.shipping.price if placed.shipping else ZERO),
        "totalTipReceivedSet": money.bag(placed.tip),
        "totalRefundedSet": money.bag(version.refunded_money),
        "originalTotalDutiesSet": money.bag(placed.duties) if placed.duties else None,
        "originalTotalAdditionalFeesSet": None,
        "customer": _customer(version),
        "shippingAddress": street,
        "billingAddress": street,
        "customerJourneySummary": {
            "ready": True,
            "lastVisit": {"landingPage": "https://stark-us.example/", "referrerUrl": "https://www.google.com/"},
        },
        "taxLines": [_tax_line(tax, money) for tax in _taxes(placed)],
        "lineItems": _edges(_line(line, version, money) for line in placed.lines),
        "shippingLines": _nodes([_shipping(placed.shipping, placed, money)] if placed.shipping else []),
        "refunds": [_refund(event, version, money) for event in version.refunds],
        "agreements": _nodes(
            {**agreement, "sales": _nodes(agreement.pop("sales"))} for agreement in agreements(version, money.bag)
        ),
    }


def answer(records: list[bytes]) -> bytes:
    """The API's answer to a query of `orders`."""
    edges = (b'{"cursor":"%08d","node":%s}' % (number, record) for number, record in enumerate(records))
    tail = b'],"pageInfo":{"hasNextPage":false,"endCursor":null}}},"extensions":{"cost":{"actualQueryCost":61}}}'
    return b'{"data":{"orders":{"edges":[' + b",\n".join(edges) + tail


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def stamp(at: datetime) -> str:
    """A timestamp: always UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class _Bags:
    """Money bags of one order, whose buyer saw the shop's own currency."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def bag(self, amount: Decimal) -> Payload:
        # the API writes as many decimals as it needs, at least one
        text = f"{amount + 0:.2f}"
        own = {"amount": text[:-1] if text.endswith("0") else text, "currencyCode": self._currency}
        return {"shopMoney": own, "presentmentMoney": own}


def _edges(nodes: Iterable[Payload]) -> Payload:
    return {"edges": [{"node": node} for node in nodes]}


def _nodes(nodes: object) -> Payload:
    return {"nodes": list(nodes) if isinstance(nodes, Iterable) else []}


def _status(version: Version) -> str:
    back = version.refunded_money
    if version.state not in ("paid", "fulfilled"):
        return version.state.upper()
    return "PAID" if not back else "REFUNDED" if back >= version.placed.total else "PARTIALLY_REFUNDED"


def _customer(version: Version) -> Payload | None:
    buyer = version.placed.buyer
    if buyer.person is None or buyer.customer_id is None:
        return None
    person, email = buyer.person, buyer.person.email_on(version.day)
    changed = person.changed_on if person.changed_on and person.changed_on <= version.day else person.born
    return {
        "id": gid("Customer", buyer.customer_id),
        "legacyResourceId": str(buyer.customer_id),
        "firstName": person.first_name,
        "lastName": person.last_name,
        "displayName": person.name,
        "defaultEmailAddress": {"emailAddress": email} if email else None,
        "defaultPhoneNumber": {"phoneNumber": person.phone},
        "updatedAt": f"{changed}T00:00:00Z",
        "defaultAddress": {"id": gid("MailingAddress", buyer.customer_id + 5), **_address(person)},
    }


def _address(person: Person) -> Payload:
    place = person.place
    return {
        "firstName": person.first_name,
        "lastName": person.last_name,
        "name": person.name,
        "company": None,
        "address1": person.street,
        "address2": None,
        "city": place.city,
        "province": place.region,
        "provinceCode": place.region_code,
        "zip": place.postcode,
        "country": place.country,
        "countryCodeV2": place.country_code,
        "phone": person.phone,
        "latitude": None,
        "longitude": None,
    }


def _line(line: LineSold, version: Version, money: _Bags) -> Payload:
    placed, product = version.placed, line.product
    own = sum((amount for index, amount in line.cuts if placed.discounts[index].target == "line"), ZERO)
    back = sum(part.quantity for event in version.refunds for part in event.lines if part.line_id == line.line_id)
    is_dutiable = placed.duties and line is placed.goods[0]
    return {
        **_sold(line, money),
        "currentQuantity": 0 if version.cancelled else line.quantity - back,
        "originalTotalSet": money.bag(line.listed),
        "totalDiscountSet": money.bag(own),
        "discountAllocations": [
            {"allocatedAmountSet": money.bag(amount), "discountApplication": _application(placed.discounts[index])}
            for index, amount in line.cuts
        ],
        "taxLines": [_tax_line(tax, money) for tax in line.taxes],
        "duties": [
            {
                "id": gid("Duty", line.line_id + 3),
                "price": money.bag(placed.duties),
                "countryCodeOfOrigin": "US",
                "harmonizedSystemCode": "940520",
                "taxLines": [],
            }
        ]
        if is_dutiable
        else [],
        "requiresShipping": not product.is_gift_card,
    }


def _sold(line: LineSold, money: _Bags) -> Payload:
    product = line.product
    return {
        "id": gid("LineItem", line.line_id),
        "title": product.title,
        "name": product.title,
        "sku": product.sku,
        "vendor": product.vendor,
        "quantity": line.quantity,
        "isGiftCard": product.is_gift_card,
        "originalUnitPriceSet": money.bag(line.unit_price),
        "product": {"id": gid("Product", product.product_id), "legacyResourceId": str(product.product_id)},
        "variant": {"id": gid("ProductVariant", product.variant_id), "legacyResourceId": str(product.variant_id)},
    }


def _application(discount: Discount) -> Payload:
    kind = {"code": "DiscountCodeApplication", "automatic": "AutomaticDiscountApplication"}
    value: Payload = {"amount": str(discount.value)}
    if discount.value_type == "percentage":
        value = {"percentage": discount.value}
    return {
        "__typename": kind.get(discount.kind, "ManualDiscountApplication"),
        "allocationMethod": "ACROSS" if discount.target == "order" else "EACH",
        "targetType": "SHIPPING_LINE" if discount.target == "shipping" else "LINE_ITEM",
        "value": value,
    }


def _shipping(shipping: Shipping, placed: OrderPlaced, money: _Bags) -> Payload:
    discount = next((one for one in placed.discounts if one.target == "shipping"), None)
    cut = {
        "allocatedAmountSet": money.bag(shipping.cut),
        "discountApplication": _application(discount) if discount else None,
    }
    return {
        "id": gid("ShippingLine", placed.order_id + 17),
        "title": shipping.title,
        "originalPriceSet": money.bag(shipping.price),
        "discountedPriceSet": money.bag(shipping.paid),
        "discountAllocations": [cut] if shipping.cut else [],
        "taxLines": [_tax_line(tax, money) for tax in shipping.taxes],
    }


def _tax_line(tax: Tax, money: _Bags) -> Payload:
    return {"title": tax.title, "rate": tax.rate, "channelLiable": False, "priceSet": money.bag(tax.amount)}


def _taxes(placed: OrderPlaced) -> Sequence[Tax]:
    sums: dict[tuple[str, Decimal], Decimal] = {}
    shipping = placed.shipping.taxes if placed.shipping else ()
    for tax in (*(tax for line in placed.lines for tax in line.taxes), *shipping):
        sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), ZERO) + tax.amount
    return [Tax(title, rate, amount) for (title, rate), amount in sums.items()]


def _refund(event: Refunded, version: Version, money: _Bags) -> Payload:
    shipping = [
        {
            "id": gid("RefundShippingLine", event.refund_id + 7),
            "subtotalAmountSet": money.bag(event.shipping),
            "taxAmountSet": money.bag(event.shipping_tax),
        }
    ]
    adjustment = {
        "id": gid("OrderAdjustment", event.refund_id * 10 + 2),
        "amountSet": money.bag(-event.rest),
        "taxAmountSet": money.bag(ZERO),
        "reason": "REFUND_DISCREPANCY",
    }
    return {
        "id": gid("Refund", event.refund_id),
        "legacyResourceId": str(event.refund_id),
        "createdAt": stamp(event.at),
        "processedAt": stamp(event.at),
        "note": event.reason or None,
        "totalRefundedSet": money.bag(event.money),
        "refundLineItems": _edges(_returned(part, event, version, money) for part in event.lines),
        "refundShippingLines": _nodes(shipping if event.shipping else []),
        "orderAdjustments": _nodes([adjustment] if event.rest else []),
        "duties": [],
        "transactions": _nodes([_transaction(event, money)] if event.money else []),
    }


def _returned(part: LineReturned, event: Refunded, version: Version, money: _Bags) -> Payload:
    line = next(line for line in version.placed.lines if line.line_id == part.line_id)
    return {
        "id": gid("RefundLineItem", event.refund_id * 10 + part.line_id % 10),
        "quantity": part.quantity,
        "restockType": ("CANCEL" if version.cancelled else "RETURN") if event.restock else "NO_RESTOCK",
        "subtotalSet": money.bag(part.value),
        "totalTaxSet": money.bag(part.tax),
        "lineItem": _sold(line, money),
    }


def _transaction(event: Refunded, money: _Bags) -> Payload:
    return {
        "id": gid("OrderTransaction", event.refund_id * 10 + 4),
        "kind": "REFUND",
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "createdAt": stamp(event.at),
        "processedAt": stamp(event.at),
        "amountSet": money.bag(event.money),
    }
