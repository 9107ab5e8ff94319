"""The broker's address and credentials."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pika

HEARTBEAT_SECONDS = 15
BLOCKED_SECONDS = 60
"""How long a broker may block the connection (memory or disk alarm) before it is closed and opened again."""
_SOCKET_SECONDS = 5
_STACK_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class BrokerAddress:
    """An amqp:// or amqps:// address; user and password go before those in it."""

    url: str
    user: str = ""
    password: str = ""
    ca: Path | None = None
    """PEM file of the authorities to trust; None for the system's."""

    def __post_init__(self) -> None:
        """Check the address; raises ValueError, whose text contains no password."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"amqp", "amqps"} or not parts.hostname:
            raise ValueError("must be amqp://<user>:<password>@<host>:<port>/<virtual host>, or amqps:// for TLS")
        if self.ca is not None and parts.scheme != "amqps":
            raise ValueError("has an authority's certificate but is not amqps://")
        _ = parts.port  # raises ValueError

    @property
    def shown(self) -> str:
        """The address without credentials, for logs."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}:{self._port}{parts.path}"

    @property
    def _port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or (5671 if parts.scheme == "amqps" else 5672)

    def parameters(self, name: str) -> pika.ConnectionParameters:
        """Return pika's parameters for a connection that the broker lists as `name`."""
        parts = urlsplit(self.url)
        user = self.user or unquote(parts.username or "guest")
        password = self.password or unquote(parts.password or "guest")
        return pika.ConnectionParameters(
            host=parts.hostname,
            port=self._port,
            virtual_host=unquote(parts.path[1:]) or "/",
            credentials=pika.PlainCredentials(user, password, erase_on_connect=False),
            ssl_options=self._tls(parts.hostname or "") if parts.scheme == "amqps" else None,
            heartbeat=HEARTBEAT_SECONDS,
            blocked_connection_timeout=BLOCKED_SECONDS,
            socket_timeout=_SOCKET_SECONDS,
            stack_timeout=_STACK_SECONDS,
            connection_attempts=1,
            client_properties={"connection_name": name},
        )

    def _tls(self, host: str) -> pika.SSLOptions:
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return pika.SSLOptions(context, host)
