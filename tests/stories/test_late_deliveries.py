"""Late, stale and repeated deliveries through the real pipeline: the star follows the newest, whatever comes first."""

from pathlib import Path
from typing import Any

import pytest
from shop import Shop, order

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def revenue(shop: Shop) -> dict[str, str]:
    found = shop.gold("select order_id, total_amount::decimal(18, 2)::varchar from fct_orders order by 1")
    return {order_id: total for order_id, total in found}


def test_totals_follow_the_newest_version_of_ten_changed_orders_in_whatever_order_they_come(shop: Shop) -> None:
    numbers = range(10, 20)
    stale = [order(n, "10.00", updated=0) for n in numbers]
    new = [order(n, f"{n}.00", updated=5) for n in numbers]
    newest = [order(n, f"{n}.50", updated=9) for n in numbers]
    shop.deliver(*stale)
    shop.refresh()
    assert set(revenue(shop).values()) == {"10.00"}
    shop.deliver(*new, *stale, name="orders-new-then-stale.jsonl")
    shop.refresh()
    assert revenue(shop) == {str(n): f"{n}.00" for n in numbers}
    shop.deliver(*stale, *newest, name="orders-stale-then-new.jsonl")
    shop.refresh()
    assert revenue(shop) == {str(n): f"{n}.50" for n in numbers}
    shop.deliver(*newest, *newest, name="orders-twice.jsonl")
    assert shop.refresh().status == "unchanged"
    assert revenue(shop) == {str(n): f"{n}.50" for n in numbers}


def product(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "order_id": 7,
        "product_id": number,
        "name": f"Thing {number}",
        "quantity": 1,
        "price_ex_tax": "5.00",
        "total_ex_tax": "5.00",
        "total_inc_tax": "5.00",
    }


def test_the_star_follows_a_product_that_goes_and_comes_back(shop: Shop) -> None:
    settings = shop.root / "tenants.yml"
    settings.write_text(settings.read_text().replace("connector: shopify", "connector: bigcommerce"))
    shop.deliver(
        {
            "id": 7,
            "date_created": "Mon, 05 Oct 2026 12:00:00 +0000",
            "date_modified": "Mon, 05 Oct 2026 12:00:00 +0000",
            "status_id": 2,
            "total_inc_tax": "15.00",
            "default_currency_code": "USD",
        }
    )

    def lines() -> list[str]:
        found = shop.gold("select product_id from fct_order_lines where product_id is not null order by 1")
        return [product_id for (product_id,) in found]

    for members in ([1, 2, 3], [1, 3], [1, 2, 3]):
        shop.deliver(*map(product, members), name="order_products.jsonl")
        assert shop.refresh().status == "succeeded"
        assert lines() == [str(number) for number in members]
