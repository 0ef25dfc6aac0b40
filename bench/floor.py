"""The least that a server of the bare SDK costs: one tool that gives back what it is given."""

from mcp.server import MCPServer

server: MCPServer[None] = MCPServer("floor")


@server.tool()
def echo(text: str) -> str:
    return text


if __name__ == "__main__":
    server.run()
