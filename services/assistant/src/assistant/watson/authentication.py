"""Gets tokens for Watson from IBM Cloud IAM or Cloud Pak for Data."""

from __future__ import annotations

import threading
import time
from typing import Any

from ibm_cloud_sdk_core.authenticators import Authenticator, CloudPakForDataAuthenticator, IAMAuthenticator

from assistant.watson.errors import Reason, WatsonError, error_of
from assistant.watson.settings import WatsonSettings
from assistant.watson.transport import CONNECT_SECONDS, seconds_left

_READ_SECONDS = 1.5
_REST_SECONDS = 5.0
"""How long a rejected key is not tried again."""


class WatsonAuthenticator(Authenticator):  # type: ignore[misc]
    """Wraps the SDK's authenticator, which fetches and caches the token.

    On its own, it lets every thread sleep for up to a minute after one failure, and discards a token that is still valid when
    its early renewal fails.
    """

    def __init__(self, inner: Any) -> None:
        """`inner` is an authenticator of the SDK with a token manager."""
        self._inner, self._lock = inner, threading.Lock()
        self._refusal: WatsonError | None = None
        self._retry_at = 0.0

    def authentication_type(self) -> str:
        """Return the SDK's name of the authentication type."""
        return str(self._inner.authentication_type())

    def validate(self) -> None:
        """Raise ValueError if a setting is missing."""
        self._inner.validate()

    def authenticate(self, req: dict[str, Any]) -> None:
        """Add the token to a request; raises WatsonError."""
        if not self._lock.acquire(timeout=max(0.0, seconds_left())):
            raise WatsonError(Reason.TIMEOUT, sent=False, signing_in=True)
        try:
            self._authenticate(req)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Fetch a new token next time, since the current one was rejected."""
        with self._lock:
            self._inner.token_manager.expire_time = 0

    def _authenticate(self, req: dict[str, Any]) -> None:
        if self._refusal is not None and time.monotonic() < self._retry_at:
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
                self._refusal, self._retry_at = failure, time.monotonic() + (failure.after or _REST_SECONDS)
            raise failure from error
        self._refusal = None


def authenticator_for(settings: WatsonSettings) -> WatsonAuthenticator:
    """Return the authenticator that the settings name; nothing is sent before the first request."""
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
    return WatsonAuthenticator(inner)
