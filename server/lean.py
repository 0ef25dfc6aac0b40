"""What a server's process does without."""

import sys


def without_pandas() -> None:
    """Keep DuckDB from importing pandas, and with it numpy and pyarrow, at the first value that a query binds.

    Nothing here gives DuckDB a data frame, and looking for one costs 80 MB and a third of a second. None in the place
    of a module makes its import fail at once. For a process of our own alone: whoever imports this package may need
    pandas.
    """
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
