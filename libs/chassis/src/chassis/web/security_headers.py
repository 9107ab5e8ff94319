"""Headers that every answer carries, whoever gives it: an operation, the server itself, a health check."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECURITY_HEADERS: Mapping[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""For answers that are data; the gateway has others for its pages."""


def with_security_headers(
    headers: Iterable[tuple[bytes, bytes]], added: Mapping[bytes, bytes] = SECURITY_HEADERS
) -> list[tuple[bytes, bytes]]:
    """Return `headers` with those of `added` that they do not have yet."""
    given = list(headers)
    present = {name.lower() for name, _ in given}
    return [*given, *((name, value) for name, value in added.items() if name not in present)]
