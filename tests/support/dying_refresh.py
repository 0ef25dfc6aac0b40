"""A refresh that is killed, as by kill -9, at a named function: run as a script, with the stand-in for dbt.

dying_refresh.py HOME before|after MODULE NAME
"""

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

from shop import Shop, StandIn

from ingest.load import tenant_pipeline


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _lay_trap(when: str, module: str, name: str) -> None:
    *owners, last = name.split(".")
    owner: Any = importlib.import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    function = getattr(owner, last)

    def trap(*arguments: Any, **named: Any) -> Any:
        if when == "before":
            _die()
        function(*arguments, **named)
        _die()

    setattr(owner, last, trap)


def main() -> None:
    root, when, module, name = sys.argv[1:]
    StandIn().install(setattr)
    shop = Shop(Path(root))
    with tenant_pipeline(shop.home, "acme"):
        pass  # dlt is imported now, so that its functions can be found
    _lay_trap(when, module, name)
    shop.refresh()


if __name__ == "__main__":
    main()
