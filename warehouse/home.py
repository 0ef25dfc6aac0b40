"""Every path below the state folder, in one place."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "gata-mcp"


@dataclass(frozen=True)
class Home:
    """The state folder (`GATA_HOME`)."""

    root: Path

    @staticmethod
    def default() -> "Home":
        """`GATA_HOME` if set, else the user's data folder."""
        configured = os.environ.get("GATA_HOME", "").strip()
        return Home(Path(configured) if configured else platformdirs.user_data_path(APP, appauthor=False))

    @property
    def tenants_file(self) -> Path:
        return self.root / "tenants.yml"

    @property
    def metrics_file(self) -> Path:
        return self.root / "metrics.yml"

    def tenant(self, slug: str) -> "TenantHome":
        """The folder of one tenant; `slug` must have come through `Tenant`."""
        return TenantHome(self.root / "tenants" / slug)


@dataclass(frozen=True)
class TenantHome:
    """The folder of one tenant."""

    root: Path

    @property
    def metrics_file(self) -> Path:
        """The operator's own metrics, one file for every tenant of the home."""
        return Home(self.root.parent.parent).metrics_file

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def warehouse_file(self) -> Path:
        # the file's stem is the catalog name that dbt bakes into its manifest: the same for every tenant
        return self.work / "wh.duckdb"

    @property
    def stage_file(self) -> Path:
        return self.work / "stage.duckdb"

    @property
    def dlt(self) -> Path:
        return self.root / "dlt"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def salt(self) -> Path:
        return self.root / "salt"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def current(self) -> Path:
        return self.root / "current"


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
