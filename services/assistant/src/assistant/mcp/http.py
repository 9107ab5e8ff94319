"""The HTTP transport of the package `mcp`, for one request."""

from __future__ import annotations

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.mcp.access import Access, OnCall
from assistant.mcp.server import build_server

_ALREADY_CHECKED = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""The gateway checks the Host, and the endpoint the Origin."""


def application(access: Access, *, write: bool, on_call: OnCall, most_bytes: int) -> ASGIApp:
    """Return the application for one request, with a server of its own."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        manager = StreamableHTTPSessionManager(
            build_server(lambda: access, write=write, on_call=on_call),
            json_response=True,
            stateless=True,
            security_settings=_ALREADY_CHECKED,
            max_request_body_size=most_bytes,
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    return serve
