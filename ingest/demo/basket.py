"""What goes into a demo order: lines, discounts shared over them, taxes, shipping, fees."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from ingest.demo.amounts import ZERO, charged, derived, shared
from ingest.demo.companies import Place, Store
from ingest.demo.dice import weighted
from ingest.demo.events import Discount, Fee, LineSold, Shipping, Tax
from ingest.demo.products import CATALOGS, Product

_QUANTITIES = ((0.72, 1), (0.18, 2), (0.06, 3), (0.04, 6))
_SHIPPING = (
    ("Economy", Decimal("4.95")),
    ("Standard", Decimal("7.90")),
    ("Express", Decimal("14.50")),
)
_FREE_FROM = Decimal("120")


@dataclass(frozen=True)
class Basket:
    """What an order holds, priced."""

    lines: tuple[LineSold, ...]
    discounts: tuple[Discount, ...]
    shipping: Shipping | None
    handling: Decimal
    wrapping: Decimal
    fees: tuple[Fee, ...]
    duties: Decimal
    tip: Decimal


def filled(store: Store, place: Place, order_id: int, channel: str, chance: Random) -> Basket:
    """A basket of the store for a buyer of a place; the lines' ids follow from the order's."""
    picks = _picks(store, chance)
    discounts, cuts = _discounts(store, place, picks, chance)
    lines = tuple(
        _line(store, place, order_id * 10 + number, product, quantity, tuple(cuts[number]))
        for number, (product, quantity) in enumerate(picks)
    )
    goods = sum((line.net for line in lines if not line.product.is_gift_card), ZERO)
    shipping = None
    if goods and channel != "pos":
        shipping, discount = _shipping(store, place, goods, len(discounts), chance)
        discounts = (*discounts, discount) if discount else discounts
    is_shopify, is_bigcommerce = store.connector == "shopify", store.connector == "bigcommerce"
    abroad = is_shopify and place.country_code == "CA" and chance.random() < 0.5
    return Basket(
        lines=lines,
        discounts=discounts,
        shipping=shipping,
        handling=Decimal("3.50") if is_bigcommerce and chance.random() < 0.05 else ZERO,
        wrapping=Decimal("4.25") if is_bigcommerce and chance.random() < 0.05 else ZERO,
        fees=_fees(store, place, chance) if not is_shopify else (),
        duties=charged(goods * Decimal("0.08")) if abroad else ZERO,
        tip=Decimal(chance.choice(("2.00", "3.50", "5.00"))) if is_shopify and chance.random() < 0.025 else ZERO,
    )


def _picks(store: Store, chance: Random) -> list[tuple[Product, int]]:
    catalog = CATALOGS[store.catalog]
    goods = [product for product in catalog if not product.is_gift_card]
    # only Shopify says of a line that it is a gift card
    gifts = [product for product in catalog if product.is_gift_card and store.connector == "shopify"]
    if gifts and chance.random() < 0.008:
        return [(gifts[0], 1)]
    count = weighted(chance, ((0.45, 1), (0.3, 2), (0.17, 3), (0.08, 4)))
    picks = [(product, weighted(chance, _QUANTITIES)) for product in chance.sample(goods, count)]
    if gifts and chance.random() < 0.02:
        picks.append((gifts[0], 1))
    return picks


def _discounts(
    store: Store, place: Place, picks: Sequence[tuple[Product, int]], chance: Random
) -> tuple[tuple[Discount, ...], list[list[tuple[int, Decimal]]]]:
    """The discounts, and for each line what it bears of them: (index of the discount, amount)."""
    cuts: list[list[tuple[int, Decimal]]] = [[] for _ in picks]
    left = [ZERO if product.is_gift_card else product.price * quantity for product, quantity in picks]
    roll, found = chance.random(), list[Discount]()
    on_line, on_order = roll < 0.16, roll < 0.04 or 0.16 <= roll < 0.42
    # BigCommerce and WooCommerce orders bear one discount: how several overlap there is not documented
    if store.connector == "woocommerce":
        on_line, on_order = False, roll < 0.36
    # nor whether the tax of a BigCommerce product is that before or after discounts: there they come without tax
    if store.connector == "bigcommerce":
        on_line, on_order = False, roll < 0.7 and not place.taxes
    if on_line and left[0]:
        percent = Decimal(chance.choice((10, 15, 25)))
        amount = charged(left[0] * percent / 100)
        kind = chance.choice(("automatic", "manual"))
        found.append(Discount("Shelf clearance", kind, "percentage", percent, "line", amount))
        cuts[0].append((0, amount))
        left[0] -= amount
    if on_order and sum(left, ZERO):
        if chance.random() < 0.7:
            percent = Decimal(chance.choice((5, 10, 20)))
            amount, form, value = charged(sum(left, ZERO) * percent / 100), "percentage", percent
            code = f"SAVE{percent}"
        else:
            amount, form = min(Decimal(chance.choice(("5.00", "10.00"))), sum(left, ZERO)), "fixed_amount"
            value, code = amount, "WELCOME"
        kind = "code" if store.connector != "bigcommerce" or chance.random() < 0.6 else "automatic"
        found.append(Discount(code, kind, form, value, "order", amount))
        for line, part in zip(cuts, shared(amount, left), strict=True):
            if part:
                line.append((len(found) - 1, part))
    return tuple(found), cuts


def _line(
    store: Store, place: Place, line_id: int, product: Product, quantity: int, cuts: tuple[tuple[int, Decimal], ...]
) -> LineSold:
    listed, cut = product.price * quantity, sum((amount for _, amount in cuts), ZERO)
    taxes = () if product.is_gift_card else taxed(store, place, listed - cut)
    discount = cut
    gross = listed
    if store.prices_include_tax and taxes:
        # the definition's own way: net is what was paid less the tax lines, discounts are freed of tax by the rate
        discount = derived(cut / (1 + sum(tax.rate for tax in taxes)))
        gross = listed - cut - sum((tax.amount for tax in taxes), ZERO) + discount
    return LineSold(line_id, product, quantity, product.price, cuts, taxes, gross, discount)


def taxed(store: Store, place: Place, paid: Decimal) -> tuple[Tax, ...]:
    """The tax lines on an amount paid: on top of it, or within it where the store's prices include tax."""
    whole = 1 + sum(rate for _, rate in place.taxes) if store.prices_include_tax else Decimal(1)
    return tuple(Tax(title, rate, charged(paid * rate / whole)) for title, rate in place.taxes)


def _shipping(
    store: Store, place: Place, goods: Decimal, discounts: int, chance: Random
) -> tuple[Shipping, Discount | None]:
    title, price = chance.choice(_SHIPPING)
    if goods >= _FREE_FROM and chance.random() < 0.6:
        title, price = "Free shipping", ZERO
    cut, discount = ZERO, None
    if store.connector == "shopify" and price and chance.random() < 0.07:
        cut = price if chance.random() < 0.6 else charged(price / 2)
        discount = Discount("FREESHIP", "code", "percentage", charged(cut * 100 / price), "shipping", cut)
    # BigCommerce's refunds of shipping carry no tax of their own: there it is untaxed
    is_taxed = place.taxes_shipping and store.connector != "bigcommerce"
    taxes = taxed(store, place, price - cut) if is_taxed and price > cut else ()
    inside = sum((tax.amount for tax in taxes), ZERO) if store.prices_include_tax else ZERO
    return Shipping(title, price, cut, taxes, price - cut - inside), discount


def _fees(store: Store, place: Place, chance: Random) -> tuple[Fee, ...]:
    if chance.random() > 0.05:
        return ()
    if store.connector == "bigcommerce":
        return (Fee("Recycling fee", Decimal("1.90"), ()),)
    amount = Decimal("3.20")
    return (Fee("Cold pack", amount, taxed(store, place, amount)),)
