"""Authentication at the database without locking ourselves out.

After five wrong passwords CouchDB (3.4 and newer) refuses a user at that address for five minutes (403), even with the right one.
So after a refusal the password is not tried again for five minutes, then ten, and so on. A new password needs a restart, as all
settings do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ibm_cloud_sdk_core import ApiException
from ibmcloudant import CouchDbSessionAuthenticator
from ibmcloudant.couchdb_session_token_manager import CouchDbSessionTokenManager

from chassis.storage.database import StoreUnavailableError

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 300.0, 3_600.0
_UNAUTHORIZED, _FORBIDDEN, _BAD = 401, 403, 400


def is_locked(error: ApiException) -> bool:
    """Return whether CouchDB refuses this user at this address because of wrong passwords."""
    return bool(error.status_code == _FORBIDDEN and "locked" in str(error.message or "").lower())


class Credentials:
    """Whether the credentials of one connection may be used now."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._lock = now, threading.Lock()
        self._not_before, self._wait = float("-inf"), _FIRST_WAIT_SECONDS

    def check(self) -> None:
        """Raise StoreUnavailableError if they were refused recently."""
        with self._lock:
            left = self._not_before - self._now()
        if left > 0:
            raise StoreUnavailableError

    def refused(self) -> float:
        """Do not use them for a while, longer each time; return the seconds."""
        with self._lock:
            wait = self._wait
            self._not_before, self._wait = self._now() + wait, min(_LONGEST_WAIT_SECONDS, 2 * wait)
        return wait

    def accepted(self) -> None:
        """Forget former refusals."""
        with self._lock:
            self._not_before, self._wait = float("-inf"), _FIRST_WAIT_SECONDS


class _SessionTokens(CouchDbSessionTokenManager):
    def __init__(self, user: str, password: str, credentials: Credentials) -> None:
        super().__init__(user, password)
        self._credentials = credentials

    def request_token(self) -> Any:
        """Sign in; raises ApiException with the server's status, where the SDK would only miss the cookie."""
        self._credentials.check()  # many may have waited here while the first one was refused
        response = super().request_token()
        if response.status_code >= _BAD:
            error = ApiException(response.status_code, message=_reason(response), http_response=response)
            if response.status_code == _UNAUTHORIZED or is_locked(error):
                self._credentials.refused()
            raise error
        self._credentials.accepted()
        return response


def session_authenticator(user: str, password: str, credentials: Credentials) -> CouchDbSessionAuthenticator:
    """Return an authenticator that signs in with a cookie."""
    authenticator = CouchDbSessionAuthenticator(user, password)
    authenticator.token_manager = _SessionTokens(user, password, credentials)
    return authenticator


def _reason(response: Any) -> str:
    try:
        body = response.json()
        return f"{body.get('error', '')}: {body.get('reason', '')}"
    except (ValueError, AttributeError):
        return ""
