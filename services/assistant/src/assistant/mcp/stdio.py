"""One connection over standard input and output, for an assistant that runs this as a program."""

from __future__ import annotations

import asyncio

from mcp.server.stdio import stdio_server

from assistant.mcp.access import Opening
from assistant.mcp.server import build_server


def serve(opening: Opening, *, write: bool) -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve(opening, write=write))


async def _serve(opening: Opening, *, write: bool) -> None:
    server = build_server(opening, write=write)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
