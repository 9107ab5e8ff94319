"""A connection over standard input and output, for an assistant that starts `outlay mcp`."""

from __future__ import annotations

import asyncio

from mcp.server.stdio import stdio_server

from assistant.mcp.access import OpenAccess
from assistant.mcp.server import build_server


def serve(open_access: OpenAccess, *, write: bool) -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve(open_access, write=write))


async def _serve(open_access: OpenAccess, *, write: bool) -> None:
    server = build_server(open_access, write=write)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
