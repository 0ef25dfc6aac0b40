"""The door: `mcp dev`, `mcp run` and `mcp install` load this file by its path and look for `mcp`."""

from server.factory import create_server
from server.lean import without_pandas

without_pandas()
mcp = create_server()

if __name__ == "__main__":
    mcp.run()
