"""The operations of unsubscribe links, which are open to everyone."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from chassis.web.request import Request, Response
from notifier.unsubscribing.model import NotOneClickError
from notifier.unsubscribing.service import UnsubscribeService

_ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""The form that mail providers post (RFC 8058)."""


class UnsubscribeApi:
    """Operations of unsubscribe links."""

    def __init__(self, *, unsubscribing: UnsubscribeService, url: str) -> None:
        """`url` is the public URL of the app."""
        self._unsubscribing, self._url = unsubscribing, url

    def show_unsubscribe_page(self, _request: Request, *, token: str) -> Response:
        """Redirect to the page that asks for confirmation. Nothing changes, since mail scanners follow every link."""
        kind = self._unsubscribing.kind_of(token)
        query = urlencode({"token": token, **({"kind": str(kind)} if kind else {})})
        return None, HTTPStatus.SEE_OTHER, {"Location": f"{self._url}/unsubscribe#{query}"}

    def turn_mails_off(self, _request: Request, *, token: str, form: dict[str, str]) -> Response:
        if form.get(_ONE_CLICK[0]) != _ONE_CLICK[1]:
            raise NotOneClickError
        return {"kind": str(self._unsubscribing.unsubscribe(token))}, HTTPStatus.OK, {}
