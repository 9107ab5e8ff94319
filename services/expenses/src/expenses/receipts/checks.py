"""What `check` tries of the places that receipts go through."""

from __future__ import annotations

import hashlib
import io
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from chassis.runtime.probes import Probe, ProbeError, folder_probe
from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptFileMissingError
from expenses.receipts.clamav import ClamAv

if TYPE_CHECKING:
    from expenses.receipts.ports import ReceiptFiles
    from expenses.settings import ExpensesSettings

_PROBE = b"outlay check"
_CODES = {
    "NoSuchBucket": "there is no bucket {bucket} at {endpoint}; make it, in the region of that endpoint",
    "InvalidAccessKeyId": "{endpoint} does not know COS_ACCESS_KEY; check it, and that the endpoint is of the same account",
    "SignatureDoesNotMatch": "{endpoint} refuses COS_SECRET_KEY; check it",
    "AccessDenied": "the key may not do this in the bucket {bucket}; give it the role Writer there",
    "Forbidden": "the key may not do this in the bucket {bucket}; give it the role Writer there",
    "403": "the key may not do this in the bucket {bucket}; give it the role Writer there",
}
_KINDS = {
    "EndpointConnectionError": "nobody is reached at {endpoint}; check RECEIPTS, and that the network lets us there",
    "ConnectTimeoutError": "{endpoint} does not answer; check host, port and firewall",
    "ReadTimeoutError": "{endpoint} does not answer in time",
    "ConnectionClosedError": "{endpoint} hangs up; does it want https, or does it not?",
    "SSLError": "{endpoint} is not trusted, or does not agree on TLS; set AWS_CA_BUNDLE to the file of its authority",
    "CredentialRetrievalError": "IAM gives no token for COS_API_KEY; check it and COS_IAM_URL",
}


def receipt_probes(settings: ExpensesSettings, files: ReceiptFiles) -> list[Probe]:
    """Return the probes of the store of receipts, and of the scanner if there is one."""
    probes = [_store_probe(settings, files)]
    if settings.receipts_scanner:
        probes.append(Probe("virus scanner", lambda: _try_scanner(settings.receipts_scanner), processes=frozenset({"serve"})))
    return probes


def _store_probe(settings: ExpensesSettings, files: ReceiptFiles) -> Probe:
    if settings.receipts.startswith("file:"):
        return folder_probe("receipts", Path(settings.receipts.removeprefix("file:")))
    return Probe("receipts", lambda: _try_objects(settings, files), processes=frozenset({"serve", "work"}))


def _try_objects(settings: ExpensesSettings, files: ReceiptFiles) -> str:
    """Store a small object, read it, remove it: as receipts are, under the name of nobody."""
    address = urlsplit(settings.receipts)
    told = {"bucket": address.hostname or "", "endpoint": parse_qs(address.query)["endpoint"][0]}
    key, digest = f"outlay-check/{secrets.token_hex(32)}", hashlib.sha256(_PROBE).hexdigest()
    try:
        files.check()
        files.put(key, io.BytesIO(_PROBE), size=len(_PROBE), sha256=digest, media_type="text/plain")
        same = b"".join(files.read(key, 0, len(_PROBE))) == _PROBE
        files.remove(key)
    except (UnavailableError, ReceiptFileMissingError) as error:
        message = f"RECEIPTS: {_explained(error).format(**told)}"
        raise ProbeError(message) from error
    if not same:
        message = f"RECEIPTS: {told['endpoint']} gave back something else than was stored; is it an object store?"
        raise ProbeError(message)
    return f"the bucket {told['bucket']} at {told['endpoint']} takes, gives and forgets objects"


def _explained(error: BaseException) -> str:
    cause: Any = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
        code = str(getattr(cause, "response", {}).get("Error", {}).get("Code", ""))
        if code == "404":
            return _CODES["NoSuchBucket"]
        if code in _CODES:
            return _CODES[code]
        for kind in type(cause).__mro__:
            if kind.__name__ in _KINDS:
                return _KINDS[kind.__name__]
    return f"{{endpoint}} fails with {type(cause).__name__}"


def _try_scanner(address: str) -> str:
    try:
        answers = ClamAv(address).ping()
    except OSError as error:
        message = (
            f"RECEIPTS_SCANNER: nobody answers at {address}: {error.strerror or type(error).__name__}; is clamd started there?"
        )
        raise ProbeError(message) from error
    if not answers:
        message = f"RECEIPTS_SCANNER: what answers at {address} is no ClamAV; name the port of clamd, 3310 as a rule"
        raise ProbeError(message)
    return f"ClamAV answers at {address}"
