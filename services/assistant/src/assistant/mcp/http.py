"""The package's transport for one HTTP request."""

from __future__ import annotations

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.mcp.access import Access, Told
from assistant.mcp.server import build_server

_CHECKED = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""The gateway has checked the Host, the endpoint the Origin."""


def serving(access: Access, *, write: bool, told: Told, most_bytes: int) -> ASGIApp:
    """Return what serves one request of somebody, with a server of their own."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        manager = StreamableHTTPSessionManager(
            build_server(lambda: access, write=write, told=told),
            json_response=True,
            stateless=True,
            security_settings=_CHECKED,
            max_request_body_size=most_bytes,
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    return serve
