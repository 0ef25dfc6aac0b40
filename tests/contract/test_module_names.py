import sys
from importlib import metadata
from pathlib import Path

import server


def test_no_module_of_the_server_is_named_like_another_package() -> None:
    # loaded by path, server/ stands first on sys.path: such a module would be imported in the other one's place
    own = {file.stem for file in Path(server.__file__).parent.glob("*.py")} - {"__init__"}
    theirs = {name for name, owners in metadata.packages_distributions().items() if set(owners) != {"gata-mcp"}}

    assert own.isdisjoint(theirs | set(sys.stdlib_module_names) | {"server", "warehouse", "ingest"})
