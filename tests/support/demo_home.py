"""The demo, written and refreshed once for a whole test run."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from filelock import FileLock

UNTIL = date(2026, 11, 23)
SLUGS = ("tyrell_corp", "wayne_enterprises", "stark_industries")


def gata_mcp(*arguments: str, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-P", "-c", "from server.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def demo_home(shared: Path) -> Path:
    """The state folder of `gata-mcp demo` below a folder that all workers of a test run share."""
    root = shared / "demo_home"
    with FileLock(shared / "demo_home.lock"):
        if not (root / "done").exists():
            ran = gata_mcp("demo", "--home", str(root), "--until", str(UNTIL))
            assert ran.returncode == 0, ran.stderr
            (root / "output").write_text(ran.stdout, encoding="utf-8")
            (root / "done").touch()
    return root
