"""The way to the database through the SDK: credentials, time-outs, what is tried again, and foreign errors made our own."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from ibm_cloud_sdk_core import ApiException  # type: ignore[import-untyped]
from ibm_cloud_sdk_core.authenticators import Authenticator, BasicAuthenticator, IAMAuthenticator, NoAuthAuthenticator  # type: ignore[import-untyped]
from ibm_cloud_sdk_core.http_adapter import SSLHTTPAdapter  # type: ignore[import-untyped]
from ibmcloudant.cloudant_v1 import CloudantV1  # type: ignore[import-untyped]
from requests.exceptions import RequestException
from urllib3.util import Retry

from auth.store.cloudant.address import CloudantAddress
from auth.store.cloudant.authentication import Credentials, is_locked, session_authenticator
from chassis.storage.database import StoreUnavailableError

log = logging.getLogger("outlay.cloudant")

# A request that finds the store busy (429) or broken (5xx) waits 0, 1, 1 and 1 second; then its caller is told to come back.
_RETRIES, _LONGEST_WAIT_SECONDS = 4, 1
_CONNECT_SECONDS, _CONNECT_RETRIES, _READ_RETRIES = 2.0, 2, 1
# As many requests as a server process has threads, so that none waits for a connection or throws one away.
_CONNECTIONS = 48
_UNAUTHORIZED, _MISSING, _CONFLICT, _EXISTS, _BUSY = 401, 404, 409, 412, 429


class MissingError(Exception):
    """No such document."""


class ConflictError(Exception):
    """There is another revision, or it exists already."""

    def __init__(self, *, repeated: bool = False) -> None:
        super().__init__()
        self.repeated = repeated
        """The request had been sent before and its answer got lost, so that it may be in conflict with itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returned."""

    status: int
    result: Any


class _Sent(threading.local):
    """Whether this thread's request was sent again although its first answer may only have got lost."""

    again = False


_sent = _Sent()


class _Retry(Retry):
    def increment(self, *args: Any, **kwargs: Any) -> _Retry:
        response = kwargs.get("response")
        _sent.again = _sent.again or response is None or response.status != _BUSY
        return super().increment(*args, **kwargs)


class Connection:
    """One database. Several threads may use it; nothing is connected before the first call."""

    def __init__(self, address: CloudantAddress) -> None:
        self._address, self._lock, self._credentials = address, threading.Lock(), Credentials()
        self._client: Any = None

    def call(self, operation: str, **arguments: Any) -> Any:
        """Run one of the SDK's operations on the database and return its result; raises as `ask`."""
        return self.ask(operation, **arguments).result

    def ask(self, operation: str, **arguments: Any) -> Answer:
        """Run one of the SDK's operations on the database and return its answer.

        Raises:
            MissingError, ConflictError: as the database says.
            StoreUnavailableError: for all else: out of reach, busy for too long, not migrated, wrong credentials.
        """
        _sent.again = False
        self._credentials.may_be_shown()
        try:
            return self._ask(operation, arguments)
        except ApiException as error:
            self._note_refusal(error)
            raise _translated(error, operation) from error
        except (RequestException, StopIteration) as error:  # StopIteration: a sign-in without an error and without a cookie
            log.warning("the store does not answer", extra={"operation": operation, "reason": type(error).__name__})
            raise StoreUnavailableError from error

    def close(self) -> None:
        """Let go of all connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.http_client.close()

    def _note_refusal(self, error: ApiException) -> None:
        in_vain = error.status_code == _UNAUTHORIZED and self._address.way_in != "session"  # a session's sign-in notes it itself
        if in_vain or (is_locked(error) and self._address.way_in == "basic"):
            self._credentials.refused()
        if error.status_code == _UNAUTHORIZED or is_locked(error):
            log.error("the store refuses our password; it is not tried again for some minutes", extra={"user": self._address.user})

    def _ask(self, operation: str, arguments: dict[str, Any]) -> Answer:
        client = self._connected()
        try:
            return _run(client, self._address.database, operation, arguments)
        except ApiException as error:
            if error.status_code != _UNAUTHORIZED or not _forget_token(client):
                raise
            # A token or cookie that was good before, and that the server has forgotten: ask for another one, once.
            return _run(client, self._address.database, operation, arguments)

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _client(self._address, self._credentials)
            return self._client


def _run(client: Any, database: str, operation: str, arguments: dict[str, Any]) -> Answer:
    try:
        response = getattr(client, operation)(db=database, **arguments)
        return Answer(response.get_status_code(), response.get_result())
    except (ApiException, RequestException, StopIteration):
        tokens = _tokens(client)
        if tokens is not None:
            # After a token request that failed, the SDK would let everybody else sleep for up to a minute before the next one.
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
    # They would write down ids of documents and, with debugging on, whole requests; what there is to tell, `call` tells.
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
    match address.way_in:
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
        return ConflictError(repeated=_sent.again)
    # A database that was never migrated and credentials that are refused come here too: the log says so, the caller tries later.
    log.warning("the store refuses", extra={"operation": operation, "status": error.status_code, "reason": reason[:200]})
    return StoreUnavailableError()
