"""write_demo: three tenants, their exports, and the totals that must come out."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from ingest.demo.clock import months_before
from ingest.demo.companies import COMPANIES, Company
from ingest.demo.exports import Exports
from ingest.demo.folder import write_if_new
from ingest.demo.people import Person, PersonalData
from ingest.demo.sources import tenants_yml
from warehouse.errors import ConfigError, quoted
from warehouse.home import Home, replace_text

MONTHS = 13
EXPECTED = "expected.json"
ATTRIBUTION = "attribution.csv"


@dataclass(frozen=True)
class TenantReport:
    """One demo tenant. records: how many stand in its files, by source and entity; expected: the file of its totals."""

    slug: str
    name: str
    orders: int
    records: dict[str, dict[str, int]]
    files_written: int
    files_kept: int
    expected: Path


@dataclass(frozen=True)
class DemoReport:
    """What write_demo wrote. personal_data: what must not be found in any warehouse afterwards."""

    start: date
    until: date
    tenants: tuple[TenantReport, ...]
    personal_data: PersonalData


def write_demo(home: Home, *, until: date, scale: int = 1, seed: int = 42) -> DemoReport:
    """Write the demo's tenants.yml, exports and expected totals below a home; about a second for scale 1.

    until: the last day, in each tenant's zone; scale: multiplies the number of orders. The first run sets the first
    day, 13 months earlier; a later one keeps it, so a later `until` adds records and changes only those to which
    something happened. The same arguments write the same bytes, and a file that would not change is not touched.

    Raises ConfigError where the home holds other tenants, tenants.yml was edited, or the demo there has another scale
    or seed or reaches further than `until`.
    """
    if scale < 1:
        raise ConfigError(f"The scale of the demo is {quoted(scale)}; give a whole number from 1 on.")
    _refuse_other_tenants(home)
    start = _start(home, until, scale, seed)
    _replace_if_new(home.tenants_file, tenants_yml())
    reports: list[TenantReport] = []
    persons: list[Person] = []
    for company in COMPANIES:
        root = exports_folder(home, company.slug)
        exports = Exports(company, root, start, until, seed=seed, scale=scale)
        exports.write()
        persons += exports.people.known()
        document = exports.document({"seed": seed, "scale": scale})
        write_if_new(root / ATTRIBUTION, exports.attribution.table())
        write_if_new(root / EXPECTED, (json.dumps(document, indent=1) + "\n").encode())
        reports.append(_report(company, exports, root / EXPECTED))
    return DemoReport(start, until, tuple(reports), PersonalData.of(persons))


def exports_folder(home: Home, slug: str) -> Path:
    """Where a demo tenant's exports and expected.json are."""
    return home.root / "exports" / slug


def _replace_if_new(path: Path, text: str) -> None:
    """Write a small text file, unless it says this already."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        replace_text(path, text)


def _refuse_other_tenants(home: Home) -> None:
    try:
        held = yaml.safe_load(home.tenants_file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError("This home's tenants.yml cannot be read; give the demo another home.") from error
    tenants = held.get("tenants") if isinstance(held, dict) else held
    if not tenants or held == yaml.safe_load(tenants_yml()):
        return
    names = {company.slug for company in COMPANIES}
    others = [str(slug) for slug in tenants if slug not in names] if isinstance(tenants, dict) else ["?"]
    if others:
        raise ConfigError(f"This home holds other tenants ({quoted(others[0])}); give the demo another home.")
    raise ConfigError("The demo's tenants.yml was edited in this home; undo that or give the demo another home.")


def _start(home: Home, until: date, scale: int, seed: int) -> date:
    """The first day: that of the demo already there, else 13 months before the last."""
    try:
        held = json.loads((exports_folder(home, COMPANIES[-1].slug) / EXPECTED).read_text(encoding="utf-8"))
        same, start, reached = (held["scale"], held["seed"]), held["start"], date.fromisoformat(held["until"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return months_before(until, MONTHS)
    if same != (scale, seed):
        raise ConfigError(
            f"The demo in this home has scale {same[0]} and seed {same[1]}; give the same or another home."
        )
    if until < reached:
        raise ConfigError(
            f"The demo in this home already reaches {quoted(reached)}; give that day, a later one or another home."
        )
    return date.fromisoformat(start)


def _report(company: Company, exports: Exports, expected: Path) -> TenantReport:
    return TenantReport(
        slug=company.slug,
        name=company.name,
        orders=exports.orders,
        records={name: dict(folder.records) for name, folder in exports.folders.items()},
        files_written=sum(folder.written for folder in exports.folders.values()),
        files_kept=sum(folder.kept for folder in exports.folders.values()),
        expected=expected,
    )
