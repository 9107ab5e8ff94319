"""The credential of a request, and whether another site tricked a browser into sending it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.web.scopes import SAFE_METHODS
from gateway.addresses import Addresses

_COOKIES = {True: "__Host-session", False: "session"}
"""By whether browsers use https. Then the prefix keeps other sites of the domain from setting the cookie."""
ACCESS_TOKEN = "outlay_pat_"  # noqa: S105  a prefix, no secret
DELEGATED = "outlay_dlg_"
"""The prefix of what the assistant uses the API with on behalf of a person: their service token for the assistant, sent back."""
EXTENSION = "outlay_ext_"
"""The prefix of what IBM Watson Assistant calls the assistant back with."""
EXTENSION_HEADER = "x-outlay-extension"
"""The header that carries it, to the gateway and on to the assistant."""
_BEARERS = (ACCESS_TOKEN, DELEGATED, EXTENSION)
_DELEGATED_TO = frozenset({"expenses", "budgets", "notifier"})
_TOOLS = "/api/v1/assistant/tools/"


class WrongUseError(Exception):
    """This credential is for something else."""

    def __init__(self) -> None:
        super().__init__("This credential gives the assistant access to a person's data and to nothing else.")


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
        """Raise WrongUseError if it is not meant for this service or operation.

        Auth gives no tokens for such a service either; this check needs no call.
        """
        if self.secret.startswith(DELEGATED) and service not in _DELEGATED_TO:
            raise WrongUseError
        if self.secret.startswith(EXTENSION):
            reads_tools = service == "assistant" and method in SAFE_METHODS and path.startswith(_TOOLS)
            if not reads_tools:
                raise WrongUseError


def credential_of(headers: Mapping[str, str], *, secure: bool) -> Credential | None:
    """Return the credential of a request; an Authorization header takes precedence over a cookie.

    Service tokens are not accepted from outside. Extensions of Watson Assistant cannot set Authorization, so they use a header of
    their own.
    """
    kind, _space, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Credential(value.strip(), from_cookie=False) if value.strip().startswith(_BEARERS) else None
    if headers.get(EXTENSION_HEADER, "").startswith(EXTENSION):
        return Credential(headers[EXTENSION_HEADER].strip(), from_cookie=False)
    secret = _cookie(headers.get("cookie", ""), _COOKIES[secure])
    return Credential(secret, from_cookie=True) if secret and not secret.startswith(_BEARERS) else None


def _cookie(header: str, wanted: str) -> str:
    """Return the value of a cookie. Other cookies may be malformed: they are of other applications at the same address."""
    for pair in header.split(";"):
        name, equals, value = pair.partition("=")
        if equals and name.strip() == wanted:
            return value.strip()
    return ""


def refuse_foreign_site(method: str, headers: Mapping[str, str], credential: Credential | None, own: Addresses) -> None:
    """Raise ForeignSiteError if a changing request does not come from our own pages.

    Browsers tell where a request comes from (Sec-Fetch-Site, Origin). A request with a cookie must have such a header; a script
    with an access token, or one that signs in, has none and is no browser.
    """
    if method in SAFE_METHODS or (credential and not credential.from_cookie):
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("same-origin", "none"):
        return
    if site is None and origin is not None and own.is_own(origin, headers.get("host", "")):
        return
    if site is None and origin is None and credential is None:
        return
    message = "This request came from another site, or without a Sec-Fetch-Site or Origin header. Use the pages of this site."
    raise ForeignSiteError(message)
