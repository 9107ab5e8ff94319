"""An assistant of somebody else: the client of the package `mcp`, over stdio, over HTTP or in this process."""

from __future__ import annotations

import os
import sys
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx2
from anyio.from_thread import start_blocking_portal
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from anyio.from_thread import BlockingPortal
    from mcp import types


class Connection:
    """What an assistant does with a server, without an event loop of the caller."""

    def __init__(self, client: Client, portal: BlockingPortal) -> None:
        """`client` is connected."""
        self.client, self._portal = client, portal

    def tools(self) -> dict[str, types.Tool]:
        """Return the tools that are offered, by name."""
        return {tool.name: tool for tool in self._portal.call(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> types.CallToolResult:
        """Call a tool, whatever comes of it. `from_` is `from`, which Python keeps for itself."""
        given = {name.removesuffix("_"): value for name, value in arguments.items()}
        return self._portal.call(self.client.call_tool, tool, given)

    def found(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool; return what it found, structured."""
        answer = self.call(tool, **arguments)
        assert not answer.is_error, said(answer)
        return dict(answer.structured_content)

    def changed(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that changes something, with a key of its own."""
        return self.found(tool, **{"idempotency_key": str(uuid4()), **arguments})

    def refused(self, tool: str, **arguments: Any) -> str:
        """Call a tool; return why it did not do it."""
        answer = self.call(tool, **arguments)
        assert answer.is_error, said(answer)
        assert answer.structured_content is None
        return said(answer)

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call another method of the client."""
        return self._portal.call(getattr(self.client, method), *arguments)


def said(answer: types.CallToolResult) -> str:
    """Return the sentence of an answer."""
    return str(answer.content[0].text)  # type: ignore[union-attr]  a tool of ours begins with a text


@contextmanager
def connected(server: Any, *, mode: str = "auto") -> Iterator[Connection]:
    """Connect to a server of this process, or by one of the transports below. `mode` is what the client speaks: auto or legacy."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(server, mode=mode)) as client:
        yield Connection(client, portal)


def over_stdio(url: str, token: str, *options: str, **environ: str) -> Any:
    """Run `outlay mcp` as an assistant does, in surroundings that name nothing but the address and the token."""
    known = {"OUTLAY_URL": url, "OUTLAY_TOKEN": token, "PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **environ}
    return stdio_client(StdioServerParameters(command=sys.executable, args=["-m", "outlay", "mcp", *options], env=known))


@asynccontextmanager
async def over_http(url: str, token: str, **headers: str) -> AsyncIterator[Any]:
    """Call the server at an address with an access token."""
    async with AsyncExitStack() as stack:
        sent = {"Authorization": f"Bearer {token}", **headers}
        client = await stack.enter_async_context(httpx2.AsyncClient(headers=sent, timeout=60))
        yield await stack.enter_async_context(streamable_http_client(url, http_client=client))
