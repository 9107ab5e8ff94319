"""What a request shows to say who sends it, and whether a browser was tricked into sending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.domain.addresses import Addresses

_COOKIES = {True: "__Host-session", False: "session"}
"""By whether browsers come over https: then another site of the domain could have set one without the prefix."""
ACCESS_TOKEN = "outlay_pat_"  # noqa: S105  the prefix by which one is recognised
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignSiteError(Exception):
    """Another site made the browser send this."""


@dataclass(frozen=True)
class Credential:
    """A secret of a session (from a cookie) or of an access token."""

    secret: str
    from_cookie: bool


def credential_of(headers: Mapping[str, str], *, secure: bool) -> Credential | None:
    """Find the credential; an Authorization header goes before a cookie. Service tokens are not taken from outside."""
    kind, _space, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Credential(value.strip(), from_cookie=False) if value.strip().startswith(ACCESS_TOKEN) else None
    secret = _cookie(headers.get("cookie", ""), _COOKIES[secure])
    return Credential(secret, from_cookie=True) if secret else None


def _cookie(header: str, wanted: str) -> str:
    """Return the value of a cookie. Others may have any form: they are of other applications at the same address."""
    for pair in header.split(";"):
        name, equals, value = pair.partition("=")
        if equals and name.strip() == wanted:
            return value.strip()
    return ""


def refuse_foreign_site(method: str, headers: Mapping[str, str], credential: Credential | None, own: Addresses) -> None:
    """Raise ForeignSiteError if a changing request does not come from our own pages.

    Browsers say where a request comes from (Sec-Fetch-Site, Origin). One that rides on a cookie must say so; a script with an
    access token, or one that signs in, says nothing and is no browser.
    """
    if method in _SAFE_METHODS or (credential and not credential.from_cookie):
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("same-origin", "none"):
        return
    if site is None and origin is not None and own.is_own(origin, headers.get("host", "")):
        return
    if site is None and origin is None and credential is None:
        return
    message = "This request came from another site, or did not say where it came from; use the pages of this one."
    raise ForeignSiteError(message)
