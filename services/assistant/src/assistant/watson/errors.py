"""The errors of requests to Watson, each with a label for metrics and logs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus

import jwt
import requests
from ibm_cloud_sdk_core import ApiException


class Reason(Enum):
    """Why there is no usable answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNAUTHORISED = "unauthorised"
    NOT_FOUND = "not_found"
    LIMITED = "limited"
    FAILED = "failed"
    MALFORMED = "malformed"


_MESSAGES = {
    Reason.UNREACHABLE: "it cannot be reached",
    Reason.TIMEOUT: "it did not answer in time",
    Reason.UNAUTHORISED: "it rejected our credentials",
    Reason.NOT_FOUND: "it does not know the assistant or the environment",
    Reason.LIMITED: "it received too many requests",
    Reason.FAILED: "it failed",
    Reason.MALFORMED: "its answer is malformed",
}
_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: Reason.UNAUTHORISED,
    HTTPStatus.FORBIDDEN: Reason.UNAUTHORISED,
    HTTPStatus.NOT_FOUND: Reason.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT: Reason.TIMEOUT,
    HTTPStatus.GATEWAY_TIMEOUT: Reason.TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS: Reason.LIMITED,
}
_REFUSED_KEY = "BXNIM0415E"
"""IAM's code for an unknown API key, sent with status 400."""
_MOST_WAITED = 60.0


class WatsonError(Exception):
    """Watson gave no usable answer. The message contains no secret, and nothing that a person wrote."""

    def __init__(
        self, reason: Reason, *, status: int = 0, after: float | None = None, sent: bool = True, signing_in: bool = False
    ) -> None:
        """`after` is how many seconds to wait; `sent` is false if no request can have reached Watson.

        `signing_in` is true if it happened while fetching a token.
        """
        super().__init__(f"Watson Assistant: {_MESSAGES[reason]}{f' (status {status})' if status else ''}")
        self.reason, self.status, self.after, self.sent, self.signing_in = reason, status, after, sent, signing_in


def malformed() -> WatsonError:
    """Return the error of an answer that differs from IBM's documentation."""
    return WatsonError(Reason.MALFORMED)


def error_of(error: Exception, *, signing_in: bool = False) -> WatsonError:
    """Return the error for an exception of the SDK or its libraries; raises an unknown exception again."""
    if isinstance(error, WatsonError):
        return error
    if isinstance(error, ApiException):
        return _of_status(error, signing_in=signing_in)
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.Timeout)):
        sent = not isinstance(error, requests.exceptions.ConnectTimeout)
        return WatsonError(Reason.TIMEOUT, sent=sent, signing_in=signing_in)
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return WatsonError(Reason.MALFORMED, signing_in=signing_in)
    if isinstance(error, requests.exceptions.RequestException):
        return WatsonError(Reason.UNREACHABLE, sent=signing_in is False and not _never_connected(error), signing_in=signing_in)
    if isinstance(error, (jwt.PyJWTError, ValueError, TypeError, AttributeError, LookupError)):
        return WatsonError(Reason.MALFORMED, signing_in=signing_in)
    raise error


def _of_status(error: ApiException, *, signing_in: bool) -> WatsonError:
    status = int(error.status_code or 0)
    response = error.http_response
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return WatsonError(Reason.MALFORMED, signing_in=signing_in)
    reason = _BY_STATUS.get(HTTPStatus(status), Reason.FAILED) if status in set(HTTPStatus) else Reason.FAILED
    if signing_in and status == HTTPStatus.BAD_REQUEST and _REFUSED_KEY in getattr(response, "text", ""):
        reason = Reason.UNAUTHORISED
    return WatsonError(reason, status=status, after=_seconds(getattr(response, "headers", {})), signing_in=signing_in)


def _never_connected(error: BaseException) -> bool:
    """Return whether no connection was made, so that nothing can have been received."""
    inner = error.args[0] if error.args else None
    cause = getattr(inner, "reason", inner)
    return type(cause).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLError"}


def _seconds(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "").strip()
    return min(float(text), _MOST_WAITED) if text.isascii() and text.isdigit() else None
