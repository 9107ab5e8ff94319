"""Mails through SendGrid: which answer means what for a mail."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parseaddr
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import URLError

from python_http_client.exceptions import HTTPError  # type: ignore[import-untyped]

from notifier.adapters.mime import checked_id, headers_of, in_ascii, mailbox
from notifier.adapters.patience import seconds_asked
from notifier.adapters.sendgrid_http import client_of
from notifier.domain.errors import RefusedError, TryAgainError, UncertainError
from notifier.domain.mails import Message, Trail

log = logging.getLogger("outlay.notifier.sendgrid")

_REFUSED = frozenset({400, 406, 409, 410, 413, 414, 422, 431})
"""The mail is at fault. Every other 4xx speaks of the key, the account or the address of the API, which an operator can mend."""
_SURELY_NOT_TAKEN = frozenset({408, 425, 429, 500, 501, 503})
"""Said by SendGrid of a request that it did not take; a gateway in front of it (502, 504) cannot know."""
_UNTOLD = frozenset({403, 404})
"""The account has no Email Activity, or the key may not read it."""
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
"""It would lead the links of password mails through somebody else's server, and add a second way to unsubscribe."""
_AWAY = "The mail provider cannot be reached."
_BUSY = "The mail provider is busy or out of order."
_NO_ENTRY = "The mail provider does not let us in."
_REFUSAL = "The mail provider refused the mail."
_LOST = "The connection to the mail provider was lost before it answered."
_BETWEEN = "Something between us and the mail provider failed."
_ODD = "The mail provider gave an answer that means nothing to us."


class SendGridMailer:
    """The port Mailer over SendGrid's v3 API."""

    def __init__(
        self, *, key: str, host: str, sender: str, timeout: float, sandbox: bool, reports: bool, clock: Callable[[], datetime]
    ) -> None:
        """`sandbox` lets every mail be checked and none be sent; `reports` says whether an event webhook is set up."""
        name, address = parseaddr(sender)
        self._sender, self._from = sender, {"email": address, **({"name": name} if name else {})}
        self._sandbox, self._reports, self._clock = sandbox, reports, clock
        self._api = client_of(key, host=host, timeout=timeout)

    @property
    def reports(self) -> bool:
        """Whether the event webhook will tell what became of a mail."""
        return self._reports

    def send(self, message: Message) -> None:
        """Hand a mail over. Raises TryAgainError, UncertainError, RefusedError."""
        request = self._request(message)
        try:
            answer = self._api.send(request)
        except HTTPError as error:
            self._explain(error)
        except URLError as error:
            # Python's HTTP client wraps what fails until the whole request is written, and nothing that fails later.
            raise TryAgainError(_AWAY) from error
        except (OSError, HTTPException) as error:
            raise UncertainError(_LOST) from error
        expected = HTTPStatus.OK if self._sandbox else HTTPStatus.ACCEPTED
        if answer.status_code != expected:
            log.error("unexpected answer; see NOTIFIER_MAIL", extra={"status": answer.status_code, "expected": int(expected)})
            raise UncertainError(_ODD)

    def trail(self, mail_id: str) -> Trail:
        """Ask SendGrid's Email Activity, which lags behind by some time. Raises TryAgainError, RefusedError."""
        query = {"query": f"unique_args['mail_id']=\"{checked_id(mail_id)}\"", "limit": 1}
        try:
            found = json.loads(self._api.client.messages.get(query_params=query).body)["messages"]
        except HTTPError as error:
            if error.status_code in _UNTOLD:
                return Trail.UNTOLD
            self._note_settings(error.status_code)
            raise TryAgainError(_AWAY, after=self._asked(error)) from error
        except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
            raise TryAgainError(_AWAY) from error
        return Trail.ACCEPTED if found else Trail.UNSEEN

    def scopes(self) -> list[str]:
        """Return what the key may do. Raises HTTPError, or OSError if nobody answers."""
        return list(json.loads(self._api.client.scopes.get().body)["scopes"])

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Nothing is kept on this side."""

    def _request(self, message: Message) -> dict[str, Any]:
        optional_checks = {"sandbox_mode": self._sandbox, "bypass_bounce_management": message.insist}
        settings = {name: {"enable": True} for name, wanted in optional_checks.items() if wanted}
        marks = {"mail_id": message.mail_id, "event_id": message.event_id, "user_id": message.user_id}
        return {
            "personalizations": [{"to": [{"email": in_ascii(mailbox(message.to))}], "custom_args": marks}],
            "from": self._from,
            "subject": message.subject,
            "content": [{"type": "text/plain", "value": message.text}, {"type": "text/html", "value": message.html}],
            "headers": dict(headers_of(message, sender=self._sender)),
            "categories": ["outlay", message.name],
            "tracking_settings": _NO_TRACKING,
            **({"mail_settings": settings} if settings else {}),
        }

    def _explain(self, error: HTTPError) -> NoReturn:
        """Raise what an answer means for the mail."""
        status = error.status_code
        if status in _REFUSED:
            log.warning("mail refused", extra={"status": status, "fields": _fields(error)})
            raise RefusedError(_REFUSAL) from error
        if status in _SURELY_NOT_TAKEN:
            raise TryAgainError(_BUSY, after=self._asked(error)) from error
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UncertainError(_BETWEEN) from error
        self._note_settings(status)
        raise TryAgainError(_NO_ENTRY, after=self._asked(error)) from error

    def _note_settings(self, status: int) -> None:
        if status in {401, 403}:
            log.error(
                "SendGrid refuses the key: check SENDGRID_API_KEY, its scopes, and that NOTIFIER_FROM is a verified sender",
                extra={"status": status},
            )
        elif status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _SURELY_NOT_TAKEN:
            log.error("this is not SendGrid's API: check the address in NOTIFIER_MAIL", extra={"status": status})

    def _asked(self, error: HTTPError) -> float | None:
        return seconds_asked(error.headers, self._clock)


def _fields(error: HTTPError) -> list[str]:
    """Return which fields SendGrid named; its messages could hold the address."""
    try:
        return [str(problem.get("field")) for problem in json.loads(error.body)["errors"]]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
