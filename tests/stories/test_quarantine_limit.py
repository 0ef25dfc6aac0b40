"""A thousand malformed records among fifty thousand: counted, stopped, published only where somebody accepts it."""

from pathlib import Path

import pytest
from shop import Shop, order

MALFORMED = [
    "{not json",
    '"a text"',
    {**order(1), "id": None},
    {**order(1), "total_price": "N/A"},
    {key: value for key, value in order(1).items() if key != "created_at"},
]


@pytest.mark.slow
def test_a_thousand_malformed_in_fifty_thousand_stop_the_publish_until_they_are_accepted(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.deliver(order(1))
    shop.refresh()
    before = shop.served
    records = [order(n) if n % 50 else MALFORMED[n // 50 % len(MALFORMED)] for n in range(1, 50_001)]
    shop.deliver(*records, name="orders-2.jsonl")
    stopped = shop.refresh()

    assert stopped.status == "failed"
    assert stopped.error is not None
    assert stopped.error.kind == "verify_failed"
    assert "1,000 of 50,000 records of orders cannot be used, more than 1%." in stopped.error.message
    assert "--accept" in stopped.error.message
    [load] = stopped.loads
    assert (load.extracted, load.accepted, load.quarantined) == (50_000, 49_000, 1_000)
    assert shop.served == before
    reasons = dict(shop.raw("select reason, count(*) from raw._quarantine group by 1"))
    assert len(reasons) == len(MALFORMED)
    assert set(reasons.values()) == {200}
    # nothing new has come, and it is still no mistake to be published in silence
    assert shop.refresh().status == "failed"

    accepted = shop.refresh(accept=True)
    assert accepted.status == "succeeded"
    assert any(notice.startswith("Accepted: ") for notice in accepted.notices)
    assert any("1,000 records of orders cannot be used and were left out" in notice for notice in accepted.notices)
    assert shop.total() == (49_000, "490000.0000")
