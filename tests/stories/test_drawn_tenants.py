"""Small tenants drawn at random, with every connector and all that can happen to an order, against the oracle."""

import pytest
from compared import SPLITS, Compared, differences
from demo_home import gata_mcp
from drawn_tenant import SLUG, write_tenant

SEEDS = range(1, 6)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SEEDS)
def tenant(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Compared:
    home = tmp_path_factory.mktemp(f"drawn_{request.param}")
    write_tenant(home, request.param)
    ran = gata_mcp("refresh", "--home", str(home), SLUG, "--json")
    assert ran.returncode == 0, ran.stderr
    return Compared(home, SLUG)


@pytest.mark.parametrize("grain", [None, "day"])
def test_every_metric_by_every_dimension_equals_the_oracle(tenant: Compared, grain: str | None) -> None:
    assert {split: found for split in SPLITS if (found := differences(tenant, split, grain))} == {}
