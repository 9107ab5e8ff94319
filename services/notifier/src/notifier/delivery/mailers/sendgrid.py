"""Sends emails through SendGrid, and translates its answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from email.utils import parseaddr
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import URLError

from python_http_client.exceptions import HTTPError

from chassis.runtime.clock import Clock
from notifier.delivery.mailer import RefusedError, TryAgainError, UncertainError
from notifier.delivery.mailers.mime import checked_id, headers_of, in_ascii, mailbox
from notifier.delivery.mailers.retry_after import seconds_requested
from notifier.delivery.mailers.sendgrid_client import sendgrid_client
from notifier.delivery.model import Message, ProviderStatus

log = logging.getLogger("outlay.notifier.sendgrid")

_REFUSED = frozenset({400, 406, 409, 410, 413, 414, 422, 431})
"""The email is at fault. All other 4xx concern the key, the account or the API's address, which an operator can fix."""
_NOT_ACCEPTED = frozenset({408, 425, 429, 500, 501, 503})
"""SendGrid answers these to requests that it did not accept. A gateway in front of it (502, 504) cannot know."""
_NO_ACTIVITY = frozenset({403, 404})
"""The account has no Email Activity, or the key may not read it."""
_WRONG_KEY = frozenset({401, 403})
_NO_TRACKING = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}
"""Tracking would send the links of password emails through another server, and add a second way to unsubscribe."""
_AWAY = "The mail provider cannot be reached."
_BUSY = "The mail provider is busy or failing."
_ACCESS_DENIED = "The mail provider denied access."
_REFUSAL = "The mail provider refused the email."
_LOST = "The connection to the mail provider was lost before it answered."
_GATEWAY_FAILED = "A gateway between us and the mail provider failed."
_UNEXPECTED = "The mail provider gave an unexpected answer."


class SendGridMailer:
    """Sends emails through SendGrid's v3 API."""

    def __init__(self, *, key: str, url: str, sender: str, timeout: float, sandbox: bool, reports: bool, clock: Clock) -> None:
        """In the `sandbox` SendGrid checks emails and sends none; `reports` says whether the event webhook is set up."""
        name, address = parseaddr(sender)
        self._sender, self._from = sender, {"email": address, **({"name": name} if name else {})}
        self._sandbox, self._reports, self._clock = sandbox, reports, clock
        self._api = sendgrid_client(key, url=url, timeout=timeout)

    @property
    def reports(self) -> bool:
        """Whether the event webhook is set up."""
        return self._reports

    def send(self, message: Message) -> None:
        """Hand over an email. Raises TryAgainError, UncertainError, RefusedError."""
        request = self._request(message)
        try:
            answer = self._api.send(request)
        except HTTPError as error:
            self._raise_for(error)
        except URLError as error:
            # Python's HTTP client raises this for failures until the whole request is written, and never for later ones.
            raise TryAgainError(_AWAY) from error
        except (OSError, HTTPException) as error:
            raise UncertainError(_LOST) from error
        expected = HTTPStatus.OK if self._sandbox else HTTPStatus.ACCEPTED
        if answer.status_code != expected:
            log.error("unexpected answer; check NOTIFIER_MAIL", extra={"status": answer.status_code, "expected": int(expected)})
            raise UncertainError(_UNEXPECTED)

    def status_of(self, mail_id: str) -> ProviderStatus:
        """Search SendGrid's Email Activity, which lags behind. Raises TryAgainError, RefusedError."""
        query = {"query": f"unique_args['mail_id']=\"{checked_id(mail_id)}\"", "limit": 1}
        try:
            found = json.loads(self._api.client.messages.get(query_params=query).body)["messages"]
        except HTTPError as error:
            if error.status_code in _NO_ACTIVITY:
                return ProviderStatus.UNKNOWN
            self._log_wrong_settings(error.status_code)
            raise TryAgainError(_AWAY, after=self._seconds_requested(error)) from error
        except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
            raise TryAgainError(_AWAY) from error
        return ProviderStatus.ACCEPTED if found else ProviderStatus.NOT_FOUND

    def scopes(self) -> list[str]:
        """Return the scopes of the key. Raises HTTPError, or OSError if there is no answer."""
        return list(json.loads(self._api.client.scopes.get().body)["scopes"])

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Nothing is stored on our side."""

    def _request(self, message: Message) -> dict[str, Any]:
        options = {"sandbox_mode": self._sandbox, "bypass_bounce_management": message.ignore_bounces}
        settings = {name: {"enable": True} for name, enabled in options.items() if enabled}
        custom_args = {"mail_id": message.mail_id, "event_id": message.event_id, "user_id": message.user_id}
        return {
            "personalizations": [{"to": [{"email": in_ascii(mailbox(message.to))}], "custom_args": custom_args}],
            "from": self._from,
            "subject": message.subject,
            "content": [{"type": "text/plain", "value": message.text}, {"type": "text/html", "value": message.html}],
            "headers": dict(headers_of(message, sender=self._sender)),
            "categories": ["outlay", message.name],
            "tracking_settings": _NO_TRACKING,
            **({"mail_settings": settings} if settings else {}),
        }

    def _raise_for(self, error: HTTPError) -> NoReturn:
        """Raise what an error answer means for the email."""
        status = error.status_code
        if status in _REFUSED:
            log.warning("email refused", extra={"status": status, "fields": _fields(error)})
            raise RefusedError(_REFUSAL) from error
        if status in _NOT_ACCEPTED:
            raise TryAgainError(_BUSY, after=self._seconds_requested(error)) from error
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UncertainError(_GATEWAY_FAILED) from error
        self._log_wrong_settings(status)
        raise TryAgainError(_ACCESS_DENIED, after=self._seconds_requested(error)) from error

    def _log_wrong_settings(self, status: int) -> None:
        if status in _WRONG_KEY:
            log.error(
                "SendGrid refuses the key: check SENDGRID_API_KEY, its scopes, and that NOTIFIER_FROM is a verified sender",
                extra={"status": status},
            )
        elif status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NOT_ACCEPTED:
            log.error("this is not SendGrid's API: check the address in NOTIFIER_MAIL", extra={"status": status})

    def _seconds_requested(self, error: HTTPError) -> float | None:
        return seconds_requested(error.headers, self._clock)


def _fields(error: HTTPError) -> list[str]:
    """Return the fields that SendGrid named; its messages could hold the address."""
    try:
        return [str(problem.get("field")) for problem in json.loads(error.body)["errors"]]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
