"""Tries the database: does it exist, are the credentials accepted, does it have its indexes, may we write."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ibm_cloud_sdk_core import ApiException
from requests.exceptions import ConnectionError as UnreachableError
from requests.exceptions import RequestException, SSLError, Timeout

from auth.store.cloudant.address import CloudantAddress
from auth.store.cloudant.connection import ConflictError, MissingError
from auth.store.cloudant.versioned_connection import VersionedConnection
from auth.store.schema_version import VERSION
from chassis.runtime.probes import ProbeError
from chassis.storage.database import StoreUnavailableError
from chassis.storage.schema import SchemaError

_LOCKING = (
    "CouchDB locks a user for five minutes after five wrong passwords from one address: "
    "stop whatever still uses an old password, wait five minutes, and try again"
)
_BAD_REQUEST = 400
_MIGRATE = "run `python -m auth migrate`"


def try_database(address: CloudantAddress, indexes: Iterable[str]) -> str:
    """Return what works; raises ProbeError."""
    connection = VersionedConnection(address)
    try:
        connection.call_unchecked("get_database_information")
        connection.check_version()
        existing = {index["name"] for index in connection.call("get_indexes_information")["indexes"]}
        missing = sorted(set(indexes) - existing)
        if missing:
            _fail(f"the database {address.database} lacks the index {missing[0]}; {_MIGRATE}")
        connection.call("post_bulk_docs", bulk_docs={"docs": []})  # writes nothing, but needs the right to write
    except SchemaError as error:
        _fail(str(error), error)
    except (ConflictError, MissingError) as error:
        _fail(f"the database {address.database} does not answer like CouchDB; is {address.url} right?", error)
    except StoreUnavailableError as error:
        raise ProbeError(f"AUTH_STORE: {_explained(error.__cause__, address)}", lasting=_is_refused(error.__cause__)) from error
    finally:
        connection.close()
    return (
        f"the database {address.database} at {address.url} answers, its documents are of version {VERSION}, and its indexes exist"
    )


def _fail(sentence: str, error: Exception | None = None) -> None:
    raise ProbeError(f"AUTH_STORE: {sentence}") from error


def _is_refused(error: Any) -> bool:
    """Return whether user, password or rights are wrong. Trying again could only lock out the right ones too."""
    if isinstance(error, ApiException):
        return error.status_code in {400, 401, 403}
    return isinstance(error, StopIteration)  # a refused sign-in returns no cookie


def _explained(error: Any, address: CloudantAddress) -> str:
    if isinstance(error, ApiException):
        return _refused(error.status_code, str(error.message or "")[:100], address)
    if isinstance(error, SSLError):
        return _tls_problem(error, address)
    if isinstance(error, Timeout):
        return f"{address.url} does not answer within {address.seconds:g} seconds; check host, port and firewall"
    if isinstance(error, UnreachableError):
        return _unreachable(str(error), address)
    if isinstance(error, RequestException):
        return f"{address.url} fails with {type(error).__name__}"
    return f"{address.url} refused to sign us in; check user and password"


def _refused(status: int, reason: str, address: CloudantAddress) -> str:
    who = "the API key" if address.auth == "iam" else f"the user {address.user or '(nobody)'}"
    if status == _BAD_REQUEST and address.auth == "iam":
        return f"IAM at {address.iam_url} refuses the API key: check AUTH_STORE_APIKEY"
    sentences = {
        401: f"{address.url} refuses {who}: check AUTH_STORE_APIKEY"
        if address.auth == "iam"
        else f"{address.url} refuses {who}: check user and password. {_LOCKING}",
        403: f"{address.url} has locked {who}, though the password may be right. {_LOCKING}"
        if "locked" in reason.lower()
        else f"{who} may not do this in {address.database}; give it the role Writer, and Manager for `migrate`",
        404: f"there is no database {address.database} at {address.url}; {_MIGRATE}",
        429: "the store is too busy; raise the provisioned throughput of the Cloudant instance",
    }
    return sentences.get(status) or f"{address.url} answers {status}: {reason}"


def _tls_problem(error: SSLError, address: CloudantAddress) -> str:
    cause: Any = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        inner = next((each for each in getattr(cause, "args", ()) if isinstance(each, Exception)), None)
        cause = inner or getattr(cause, "reason", None)
    where = urlsplit(address.url).netloc
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate of {where} is not trusted: {cause.verify_message}; name its CA file with ?ca=<file>"
    return f"{where} does not speak TLS; is it cloudant:// instead of cloudants://?"


def _unreachable(text: str, address: CloudantAddress) -> str:
    if "NameResolution" in text or "getaddrinfo" in text:
        return f"the host of {address.url} is unknown; check its name"
    if "refused" in text:
        return f"nothing answers at {address.url}; is it running, and is the port right?"
    return f"{address.url} cannot be reached; check host, port and firewall"
