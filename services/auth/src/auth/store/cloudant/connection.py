"""The connection to the database through the SDK: credentials, time-outs, retries, and the SDK's errors as ours."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import Authenticator, BasicAuthenticator, IAMAuthenticator, NoAuthAuthenticator
from ibm_cloud_sdk_core.http_adapter import SSLHTTPAdapter
from ibmcloudant.cloudant_v1 import CloudantV1
from requests.exceptions import RequestException
from urllib3.util import Retry

from auth.store.cloudant.address import CloudantAddress
from auth.store.cloudant.authentication import Credentials, is_locked, session_authenticator
from chassis.storage.database import StoreUnavailableError

log = logging.getLogger("outlay.cloudant")

# A request that finds the store busy (429) or failing (5xx) is retried after 0, 1, 1 and 1 seconds; then its caller gets 503.
_RETRIES, _LONGEST_WAIT_SECONDS = 4, 1
_CONNECT_SECONDS, _CONNECT_RETRIES, _READ_RETRIES = 2.0, 2, 1
# As many as a server process has threads, so that no request waits for a connection or opens a temporary one.
_CONNECTIONS = 48
_UNAUTHORIZED, _MISSING, _CONFLICT, _EXISTS, _BUSY = 401, 404, 409, 412, 429


class MissingError(Exception):
    """No such document."""


class ConflictError(Exception):
    """There is another revision, or the document exists already."""

    def __init__(self, *, repeated: bool = False) -> None:
        super().__init__()
        self.repeated = repeated
        """The request had been sent before and its response got lost, so it may conflict with itself."""


@dataclass(frozen=True, slots=True)
class Response:
    """The response to an operation."""

    status: int
    result: Any


class _Sent(threading.local):
    """Whether this thread's request was repeated although only the first response may have got lost."""

    repeated = False


_sent = _Sent()


class _Retry(Retry):
    def increment(self, *args: Any, **kwargs: Any) -> _Retry:
        response = kwargs.get("response")
        _sent.repeated = _sent.repeated or response is None or response.status != _BUSY
        return super().increment(*args, **kwargs)


class Connection:
    """One database. Several threads may use it; nothing is connected before the first call."""

    def __init__(self, address: CloudantAddress) -> None:
        self._address, self._lock, self._credentials = address, threading.Lock(), Credentials()
        self._client: Any = None

    def call(self, operation: str, **arguments: Any) -> Any:
        """Run one of the SDK's operations on the database and return its result; raises as `send` does."""
        return self.send(operation, **arguments).result

    def send(self, operation: str, **arguments: Any) -> Response:
        """Run one of the SDK's operations on the database and return the response.

        Raises:
            MissingError, ConflictError: as the database says.
            StoreUnavailableError: in all other cases: unreachable, busy for too long, not migrated, wrong credentials.
        """
        _sent.repeated = False
        self._credentials.check()
        try:
            return self._send(operation, arguments)
        except ApiException as error:
            self._record_refusal(error)
            raise _translated(error, operation) from error
        except (RequestException, StopIteration) as error:  # StopIteration: a sign-in that returned no cookie
            log.warning("store does not answer", extra={"operation": operation, "reason": type(error).__name__})
            raise StoreUnavailableError from error

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.http_client.close()

    def _record_refusal(self, error: ApiException) -> None:
        # A session's sign-in records its own refusals.
        unauthorized = error.status_code == _UNAUTHORIZED and self._address.auth != "session"
        if unauthorized or (is_locked(error) and self._address.auth == "basic"):
            self._credentials.refused()
        if error.status_code == _UNAUTHORIZED or is_locked(error):
            log.error("the store refuses our password; trying again in a few minutes", extra={"user": self._address.user})

    def _send(self, operation: str, arguments: dict[str, Any]) -> Response:
        client = self._connected()
        try:
            return _run(client, self._address.database, operation, arguments)
        except ApiException as error:
            if error.status_code != _UNAUTHORIZED or not _forget_token(client):
                raise
            # The server has forgotten a valid token or cookie: get a new one, once.
            return _run(client, self._address.database, operation, arguments)

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self._address, self._credentials)
            return self._client


def _run(client: Any, database: str, operation: str, arguments: dict[str, Any]) -> Response:
    try:
        response = getattr(client, operation)(db=database, **arguments)
        return Response(response.get_status_code(), response.get_result())
    except (ApiException, RequestException, StopIteration):
        tokens = _tokens(client)
        if tokens is not None:
            # After a failed token request the SDK would make all other threads wait up to a minute for the next one.
            tokens.request_time = 0
        raise


def _tokens(client: Any) -> Any:
    return getattr(client.authenticator, "token_manager", None)


def _forget_token(client: Any) -> bool:
    tokens = _tokens(client)
    if tokens is None or not tokens.expire_time:
        return False
    tokens.expire_time = 0
    return True


def _client(address: CloudantAddress, credentials: Credentials) -> Any:
    # They would log document ids and, with debugging on, whole requests; `send` logs what matters.
    for name in ("urllib3.connectionpool", "ibm-cloud-sdk-core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client = CloudantV1(authenticator=_authenticator(address, credentials))
    config: dict[str, Any] = {"timeout": (_CONNECT_SECONDS, address.seconds)}
    if address.ca:
        config["verify"] = address.ca
    client.set_http_config(config)
    client.set_service_url(address.url)
    client.http_adapter = SSLHTTPAdapter(max_retries=_retries(), pool_maxsize=_CONNECTIONS)
    for scheme in ("http://", "https://"):
        client.http_client.mount(scheme, client.http_adapter)
    return client


def _retries() -> Retry:
    return _Retry(
        total=_RETRIES,
        connect=_CONNECT_RETRIES,
        read=_READ_RETRIES,
        allowed_methods=None,  # all of them
        status_forcelist=(_BUSY, 500, 502, 503, 504),
        backoff_factor=1.0,
        backoff_max=_LONGEST_WAIT_SECONDS,
        retry_after_max=_LONGEST_WAIT_SECONDS,
    )


def _authenticator(address: CloudantAddress, credentials: Credentials) -> Authenticator:
    match address.auth:
        case "basic":
            return BasicAuthenticator(address.user, address.password)
        case "session":
            return session_authenticator(address.user, address.password, credentials)
        case "iam":
            return IAMAuthenticator(address.apikey, url=address.iam_url)
        case _:
            return NoAuthAuthenticator()


def _translated(error: ApiException, operation: str) -> Exception:
    reason = str(error.message or "")
    if error.status_code == _MISSING and reason.endswith(("missing", "deleted")):
        return MissingError()
    if error.status_code in {_CONFLICT, _EXISTS}:
        return ConflictError(repeated=_sent.repeated)
    # Also for a database that was never migrated and refused credentials: the log says so, and the caller tries later.
    log.warning("store refuses", extra={"operation": operation, "status": error.status_code, "reason": reason[:200]})
    return StoreUnavailableError()
