"""The addresses at which this Outlay is served: what Host and Origin may say."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_USUAL_PORTS = {"http": 80, "https": 443}


class WrongHostError(Exception):
    """This is not the address of this Outlay."""


class Addresses:
    """The address in people's browsers and, if that is this machine or in development, the names of this machine.

    A page of another site whose name was made to resolve to this machine (DNS rebinding) sends another Host.
    """

    def __init__(self, url: str, *, development: bool = False) -> None:
        """`url` is OUTLAY_URL."""
        address = urlsplit(url)
        self.secure = address.scheme == "https"
        self._scheme, self._host = address.scheme, _name_and_port(address.netloc, address.scheme)
        self._locally = development or address.hostname in _LOOPBACK

    def check_host(self, host: str) -> None:
        """Raise WrongHostError if the Host of a request is not one of ours."""
        if not self._is_public(host) and not self._is_local(host):
            raise WrongHostError("The Host header is not the address of this Outlay (OUTLAY_URL). Use that address.")

    def is_own(self, origin: str, host: str) -> bool:
        """Say whether an Origin, with its scheme, is the address at which the request came in."""
        scheme, _colons, named = origin.partition("://")
        if self._is_public(host):
            return scheme == self._scheme and _name_and_port(named, scheme) == self._host
        return self._is_local(host) and scheme == "http" and _name_and_port(named, scheme) == _name_and_port(host, "http")

    def _is_public(self, host: str) -> bool:
        return bool(host) and _name_and_port(host, self._scheme) == self._host

    def _is_local(self, host: str) -> bool:
        return self._locally and _name_and_port(host, "http")[0] in _LOOPBACK


@lru_cache(maxsize=256)
def _name_and_port(netloc: str, scheme: str) -> tuple[str, int]:
    """Return both in one spelling; an invalid netloc has an empty name."""
    if not netloc or set(netloc) & set("/\\?#@ ,"):
        return "", 0
    try:
        parts = urlsplit(f"//{netloc}")
        return (parts.hostname or "").rstrip("."), parts.port or _USUAL_PORTS.get(scheme, 0)
    except ValueError:
        return "", 0
