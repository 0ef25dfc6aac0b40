"""From export files to a published snapshot, in bulk.

    uv run python bench/bulk.py [ORDERS]

Writes ORDERS Shopify orders (default 1,000,000; each at least 1 KB of JSON, two lines, every tenth with a refund) and
refreshes them in a worker process of its own: seconds by stage, and the worker's peak memory. Then, in the same warm
process: 100 changed orders, nothing new, and a full build through dlt's stock dbt runner beside ours over the same
raw rows (a small store, where start-up is what differs).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

TENANT = """tenants:
  bench:
    name: Bench
    timezone: America/New_York
    currency: USD
    sources:
      shopify: {files: ./exports}
"""
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
SMALL = 5_000


def _money(name: str, amount: str) -> str:
    return f'"{name}":"{amount}","{name}_set":{{"shop_money":{{"amount":"{amount}","currency_code":"USD"}}}}'


def order(number: int, version: int = 0) -> str:
    """One order as Admin REST gives it, 1.3 to 1.6 KB; version: a later state, with another tip."""
    placed = (FIRST_DAY + timedelta(seconds=number * 80)).isoformat()
    updated = (FIRST_DAY + timedelta(seconds=number * 80 + version)).isoformat()
    price, tip = f"{10 + number % 90}.{number % 100:02d}", f"{version}.00"
    cents = (10 + number % 90) * 100 + number % 100
    tax = round(3 * cents / 10)
    total = 3 * cents + tax + version * 100
    total_text, tax_text = f"{total // 100}.{total % 100:02d}", f"{tax // 100}.{tax % 100:02d}"
    lines = ",".join(
        f'{{"id":{number * 10 + k},"product_id":{number % 997 + k},"variant_id":{number % 997 * 7 + k},"quantity":{k},'
        f'"title":"Product {number % 997 + k}","sku":"S-{number % 997 + k}","vendor":"Acme","gift_card":false,'
        f'"price":"{price}","discount_allocations":[],'
        f'"tax_lines":[{{"title":"State Tax","rate":0.1,"price":"{tax_text if k == 1 else "0.00"}"}}]}}'
        for k in (1, 2)
    )
    refunds = ""
    if number % 10 == 0:
        refunds = (
            f'{{"id":{number * 10 + 5},"order_id":{number},"created_at":"{updated}","processed_at":"{updated}",'
            f'"note":"too small","refund_line_items":[{{"id":{number * 10 + 6},"line_item_id":{number * 10 + 1},'
            f'"quantity":1,"subtotal":"{price}","total_tax":"0.00"}}],"order_adjustments":[],'
            f'"transactions":[{{"id":{number * 10 + 7},"kind":"refund","status":"success","amount":"{price}",'
            f'"currency":"USD"}}]}}'
        )
    return (
        f'{{"id":{number},"name":"#{number}","created_at":"{placed}","processed_at":"{placed}","updated_at":"{updated}",'
        f'"cancelled_at":null,"test":false,"financial_status":"paid","currency":"USD","taxes_included":false,'
        f"{_money('total_price', total_text)},{_money('total_tax', tax_text)},{_money('total_discounts', '0.00')},"
        f'"total_tip_received":"{tip}","email":"buyer{number % 300_000}@example.com",'
        f'"customer":{{"id":{number % 300_000 + 1},"email":"buyer{number % 300_000}@example.com",'
        f'"first_name":"A","last_name":"B"}},"shipping_address":{{"first_name":"A","city":"Albany","zip":"12207",'
        f'"country":"United States","country_code":"US"}},"shipping_lines":[],"line_items":[{lines}],'
        f'"refunds":[{refunds}]}}\n'
    )


def write_orders(home: Path, orders: int) -> int:
    """Write tenants.yml and one file of orders; returns the file's bytes."""
    (home / "exports").mkdir(parents=True)
    (home / "tenants.yml").write_text(TENANT, encoding="utf-8")
    file = home / "exports" / "orders.jsonl"
    with file.open("w", encoding="utf-8", buffering=1 << 20) as out:
        for number in range(1, orders + 1):
            out.write(order(number))
    return file.stat().st_size


def refreshed(home: Path, full: bool = False) -> tuple[str, float, dict[str, float]]:
    """Refresh in this process: status, seconds, seconds by stage."""
    from ingest.connector import connector_options
    from ingest.refresh import refresh
    from ingest.runs import Options, RunDocument
    from warehouse.home import Home
    from warehouse.tenants import load_tenants

    at = Home(home)
    tenant = load_tenants(at.tenants_file, connector_options())["bench"]
    begun: dict[str, float] = {}

    def seen(document: RunDocument) -> None:
        begun.setdefault(str(document.stage), time.perf_counter())

    started = time.perf_counter()
    document = refresh(tenant, at.tenant("bench"), Options(full=full), seen, seen, lambda: False)
    ended = time.perf_counter()
    marks = [*begun.values(), ended]
    stages = {name: marks[n + 1] - marks[n] for n, name in enumerate(begun)}
    if document.error:
        raise SystemExit(f"the refresh failed: {document.error.message}")
    return document.status, ended - started, stages


def stock_runner(home: Path) -> tuple[float, float]:
    """Seconds of the models by dlt's own dbt runner and by ours, over the same raw rows."""
    import dlt
    from dlt.common.configuration.specs import RuntimeConfiguration
    from dlt.common.runners.venv import Venv
    from dlt.helpers.dbt.configuration import DBTRunnerConfiguration
    from dlt.helpers.dbt.runner import DBTPackageRunner

    from ingest.connector import connector_options
    from ingest.load import tenant_pipeline
    from warehouse.build import run_dbt, tenant_vars
    from warehouse.dbt_runner import parsed_manifest, project_folder
    from warehouse.home import Home
    from warehouse.tenants import load_tenants

    at = Home(home)
    tenant = load_tenants(at.tenants_file, connector_options())["bench"]
    parsed_manifest()
    with tenant_pipeline(at.tenant("bench"), "bench") as held:
        started = time.perf_counter()
        assert run_dbt(tenant, at.tenant("bench"), held.pipeline, ["run"]).success
        ours = time.perf_counter() - started
        client = held.pipeline._get_destination_clients(dlt.Schema("bench"))[0]
        with tempfile.TemporaryDirectory() as work:
            # the stock runner finds its interpreter through the environment
            os.environ |= {"VIRTUAL_ENV": sys.prefix, "DBT_TARGET_PATH": f"{work}/target"}
            os.environ["DBT_LOG_PATH"] = f"{work}/logs"
            config = DBTRunnerConfiguration()
            config.runtime = RuntimeConfiguration()
            config.package_location = str(project_folder())
            config.package_profiles_dir = str(project_folder())
            runner = DBTPackageRunner(
                Venv.restore_current(),
                client.config,  # type: ignore[arg-type]
                work,
                held.pipeline.dataset_name,
                config,
            )
            started = time.perf_counter()
            runner.run(additional_vars={"tenant": tenant_vars(tenant, at.tenant("bench").warehouse_file)})
            return time.perf_counter() - started, ours


def measured(home: Path, orders: int) -> Iterator[dict[str, object]]:
    """The measurements of one home, a line each."""
    status, seconds, stages = refreshed(home)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    yield {"what": f"{orders:,} orders, {status}", "seconds": seconds, "GB": peak, "child GB": children, **stages}
    with (home / "exports" / "orders-changed.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(order(number * (orders // 100), version=1) for number in range(1, 101))
    status, seconds, stages = refreshed(home)
    yield {"what": f"100 changed orders, {status}", "seconds": seconds, **stages}
    status, seconds, stages = refreshed(home)
    yield {"what": f"nothing new, {status}", "seconds": seconds, **stages}
    status, seconds, stages = refreshed(home, full=True)
    yield {"what": f"full build, {status}", "seconds": seconds, **stages}


def main() -> None:
    write = sys.stdout.write
    if len(sys.argv) > 2:
        for line in measured(Path(sys.argv[2]), int(sys.argv[1])):
            write(json.dumps(line) + "\n")
            sys.stdout.flush()
        return
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for count in (SMALL, orders):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            size = write_orders(home, count)
            write(f"{count:,} orders, {size / count:,.0f} bytes each\n")
            sys.stdout.flush()
            with subprocess.Popen([sys.executable, __file__, str(count), folder], stdout=subprocess.PIPE) as child:
                assert child.stdout is not None
                for text in child.stdout:
                    line = json.loads(text)
                    what = line.pop("what")
                    write(f"  {what:40}" + "  ".join(f"{name} {value:.2f}" for name, value in line.items()) + "\n")
                    sys.stdout.flush()
            if child.returncode:
                raise SystemExit(child.returncode)
            if count == SMALL:
                stock, ours = stock_runner(home)
                write(f"  dbt run: stock runner {stock:.1f} s, ours {ours:.1f} s, {stock / ours:.1f} times\n")


if __name__ == "__main__":
    main()
