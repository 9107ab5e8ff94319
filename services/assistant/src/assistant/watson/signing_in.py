"""Gets the tokens that Watson wants, by IBM Cloud's IAM or by Cloud Pak for Data."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from ibm_cloud_sdk_core.authenticators import Authenticator, CloudPakForDataAuthenticator, IAMAuthenticator

from assistant.watson.failures import Reason, WatsonError, error_of
from assistant.watson.transport import CONNECT_SECONDS, seconds_left

if TYPE_CHECKING:
    from assistant.watson.settings import WatsonSettings

_READ_SECONDS = 1.5
_REST_SECONDS = 5.0
"""For how long a key that was refused is not tried again."""


class SigningIn(Authenticator):  # type: ignore[misc]
    """Lets the SDK's own authenticator fetch and keep the token.

    That one alone would let every thread sleep for up to a minute after one failure, and would throw away a token that still
    holds when its early renewal fails.
    """

    def __init__(self, inner: Any) -> None:
        """`inner` is one of the SDK's authenticators that have a token manager."""
        self._inner, self._lock = inner, threading.Lock()
        self._refusal: WatsonError | None = None
        self._again = 0.0

    def authentication_type(self) -> str:
        """Return the SDK's name of it."""
        return str(self._inner.authentication_type())

    def validate(self) -> None:
        """Raise ValueError if something is missing."""
        self._inner.validate()

    def authenticate(self, req: dict[str, Any]) -> None:
        """Put the token into a request; raises WatsonError."""
        if not self._lock.acquire(timeout=max(0.0, seconds_left())):
            raise WatsonError(Reason.TIMEOUT, sent=False, signing_in=True)
        try:
            self._authenticate(req)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Ask for a new token the next time, since the one at hand was refused."""
        with self._lock:
            self._inner.token_manager.expire_time = 0

    def _authenticate(self, req: dict[str, Any]) -> None:
        if self._refusal is not None and time.monotonic() < self._again:
            raise self._refusal
        manager = self._inner.token_manager
        try:
            self._inner.authenticate(req)
        except Exception as error:
            manager.request_time = 0
            if manager.access_token and manager.expire_time > time.time():
                self._inner.authenticate(req)
                return
            failure = error_of(error, signing_in=True)
            if failure.reason in {Reason.UNAUTHORISED, Reason.LIMITED}:
                self._refusal, self._again = failure, time.monotonic() + (failure.after or _REST_SECONDS)
            raise failure from error
        self._refusal = None


def signing_in(settings: WatsonSettings) -> SigningIn:
    """Return what the settings name; nothing is sent before the first request."""
    inner: Any
    if settings.watson_cp4d_url:
        inner = CloudPakForDataAuthenticator(
            settings.watson_cp4d_username,
            settings.watson_cp4d_password or None,
            settings.watson_cp4d_url,
            apikey=settings.watson_cp4d_apikey or None,
            verify=settings.watson_ca or None,
        )
    else:
        inner = IAMAuthenticator(settings.watson_apikey, url=settings.watson_iam_url)
    bounds: dict[str, Any] = {"timeout": (CONNECT_SECONDS, _READ_SECONDS), "allow_redirects": False}
    if settings.watson_ca:
        bounds["verify"] = settings.watson_ca
    inner.token_manager.http_config = bounds
    return SigningIn(inner)
