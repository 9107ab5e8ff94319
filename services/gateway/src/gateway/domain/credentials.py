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
DELEGATED = "outlay_dlg_"
"""Of what the assistant uses the API with for whoever asked it: their service token for the assistant, sent back."""
EXTENSION = "outlay_ext_"
"""Of what IBM Watson Assistant calls the assistant back with."""
EXTENSION_HEADER = "x-outlay-extension"
"""In which it comes in, and in which the assistant is given it."""
_BEARERS = (ACCESS_TOKEN, DELEGATED, EXTENSION)
_DELEGATED_TO = frozenset({"expenses", "budgets", "notifier"})
_TOOLS = "/api/v1/assistant/tools/"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class WrongUseError(Exception):
    """This credential is for something else."""

    def __init__(self) -> None:
        super().__init__("What the assistant may use for somebody opens their data and nothing else.")


class ForeignSiteError(Exception):
    """Another site made the browser send this."""


@dataclass(frozen=True)
class Credential:
    """A secret of a session (from a cookie) or of an access token."""

    secret: str
    from_cookie: bool

    @property
    def is_access_token(self) -> bool:
        """Whether it is a person's own access token."""
        return self.secret.startswith(ACCESS_TOKEN)

    def check_use(self, service: str, method: str, path: str) -> None:
        """Raise WrongUseError if it is not meant for this service, or not for this operation of it.

        Auth gives no tokens for such a service either; here it is said before anything is asked.
        """
        if self.secret.startswith(DELEGATED) and service not in _DELEGATED_TO:
            raise WrongUseError
        if self.secret.startswith(EXTENSION):
            reads_tools = service == "assistant" and method in _SAFE_METHODS and path.startswith(_TOOLS)
            if not reads_tools:
                raise WrongUseError


def credential_of(headers: Mapping[str, str], *, secure: bool) -> Credential | None:
    """Find the credential; an Authorization header goes before a cookie. Service tokens are not taken from outside.

    Extensions of Watson Assistant can send a value of the session in any header but Authorization, so they have one of their own.
    """
    kind, _space, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Credential(value.strip(), from_cookie=False) if value.strip().startswith(_BEARERS) else None
    if headers.get(EXTENSION_HEADER, "").startswith(EXTENSION):
        return Credential(headers[EXTENSION_HEADER].strip(), from_cookie=False)
    secret = _cookie(headers.get("cookie", ""), _COOKIES[secure])
    return Credential(secret, from_cookie=True) if secret and not secret.startswith(_BEARERS) else None


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
