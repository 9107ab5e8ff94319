"""What a request shows to say who sends it, and whether a browser was tricked into sending it."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

COOKIES = ("__Host-session", "session")
ACCESS_TOKEN = "outlay_pat_"  # noqa: S105  the prefix by which one is recognised
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignSiteError(Exception):
    """Another site made the browser send this."""


@dataclass(frozen=True)
class Credential:
    """A secret of a session (from a cookie) or of an access token."""

    secret: str
    from_cookie: bool


def credential_of(headers: Mapping[str, str]) -> Credential | None:
    """Find the credential; an Authorization header goes before a cookie. Service tokens are not taken from outside."""
    kind, _space, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Credential(value.strip(), from_cookie=False) if value.strip().startswith(ACCESS_TOKEN) else None
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    secret = next((cookies[name].value for name in COOKIES if name in cookies), "")
    return Credential(secret, from_cookie=True) if secret else None


def refuse_foreign_site(method: str, headers: Mapping[str, str], credential: Credential | None) -> None:
    """Raise ForeignSiteError if a changing request does not come from our own pages.

    Browsers say where a request comes from (Sec-Fetch-Site, Origin). One that rides on a cookie must say so; a script with an
    access token, or one that signs in, says nothing and is no browser.
    """
    if method in _SAFE_METHODS or (credential and not credential.from_cookie):
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("same-origin", "none"):
        return
    own = origin is not None and urlsplit(origin).netloc == headers.get("host")
    if site is None and own:
        return
    if site is None and origin is None and credential is None:
        return
    message = "This request came from another site, or did not say where it came from; use the pages of this one."
    raise ForeignSiteError(message)
