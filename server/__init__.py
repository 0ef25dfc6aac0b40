"""The doors: MCP tools and the command line."""
