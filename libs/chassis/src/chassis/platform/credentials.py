"""Reads credentials of different shapes: flat, a single address, or IBM Cloud Databases'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from chassis.platform.binding import BindingError


@dataclass(frozen=True)
class Place:
    """A server's host, port, user and password."""

    scheme: str
    host: str
    port: str
    path: str
    """The database or virtual host; may be empty."""
    user: str
    password: str = field(repr=False)
    certificate: str = field(repr=False)

    def at(self) -> str:
        """Return host and port as an address has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


def first(credentials: Mapping[str, Any], *keys: str) -> str:
    """Return the first value that is present, as text; empty if none is. Raises BindingError if it is not text."""
    for key in keys:
        value = credentials.get(key)
        if value in (None, ""):
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BindingError(f"has {key!r} in its credentials, which should be a text")
        return str(value)
    return ""


def place_of(credentials: Mapping[str, Any], *schemes: str) -> Place:
    """Return the server. `schemes` are the names of the connection in IBM Cloud Databases.

    Raises:
        BindingError: there is no host.
    """
    connection = credentials.get("connection")
    for scheme in schemes:
        if isinstance(connection, dict) and isinstance(connection.get(scheme), dict):
            return _complete(_composed(connection[scheme], scheme))
    return _complete(_flat(credentials))


def _composed(part: Mapping[str, Any], scheme: str) -> Place:
    who, certificate = (_object(part.get(key)) for key in ("authentication", "certificate"))
    hosts = part.get("hosts")
    host = _object(hosts[0]) if isinstance(hosts, list) and hosts else {}
    composed = part.get("composed")
    address = _address(composed[0] if isinstance(composed, list) and composed and isinstance(composed[0], str) else "")
    return Place(
        scheme=first(part, "scheme") or scheme,
        host=first(host, "hostname") or address.hostname or "",
        port=first(host, "port") or _port(address),
        path=first(part, "database") or unquote(address.path.strip("/")),
        user=first(who, "username") or unquote(address.username or ""),
        password=first(who, "password") or unquote(address.password or ""),
        certificate=first(certificate, "certificate_base64"),
    )


def _flat(credentials: Mapping[str, Any]) -> Place:
    address = _address(first(credentials, "uri", "url"))
    return Place(
        scheme=address.scheme,
        host=first(credentials, "host", "hostname") or address.hostname or "",
        port=first(credentials, "port") or _port(address),
        path=first(credentials, "database", "db", "dbname", "vhost", "virtual-host") or unquote(address.path.strip("/")),
        user=first(credentials, "username", "user") or unquote(address.username or ""),
        password=first(credentials, "password") or unquote(address.password or ""),
        certificate=first(credentials, "certificates", "certificate_base64", "certificate", "ca"),
    )


def _complete(place: Place) -> Place:
    if not place.host:
        raise BindingError("has no host in its credentials, neither as `host` nor in `uri`")
    if place.port and not place.port.isdigit():
        raise BindingError("has a port in its credentials that is not a number")
    return place


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _address(text: str) -> SplitResult:
    try:
        address = urlsplit(text)
        _ = address.port
    except ValueError:
        raise BindingError("has a `uri` in its credentials that is not an address") from None
    return address


def _port(address: SplitResult) -> str:
    return str(address.port or "")
