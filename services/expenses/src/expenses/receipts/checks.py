"""What `check` tries: the store of receipts' files and the virus scanner."""

from __future__ import annotations

import hashlib
import io
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chassis.runtime.probes import Probe, ProbeError, folder_probe
from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptFileMissingError
from expenses.receipts.clamav import ClamAv
from expenses.receipts.files import ReceiptFiles
from expenses.settings import ExpensesSettings

_PROBE = b"outlay check"
_CODES = {
    "NoSuchBucket": "there is no bucket {bucket} at {endpoint}; make it, in the region of that endpoint",
    "InvalidAccessKeyId": "{endpoint} does not know COS_ACCESS_KEY; check it, and that the endpoint belongs to the same account",
    "SignatureDoesNotMatch": "{endpoint} refuses COS_SECRET_KEY; check it",
    "AccessDenied": "the key may not use the bucket {bucket}; give it the role Writer there",
    "Forbidden": "the key may not use the bucket {bucket}; give it the role Writer there",
    "403": "the key may not use the bucket {bucket}; give it the role Writer there",
}
_KINDS = {
    "EndpointConnectionError": "{endpoint} cannot be reached; check RECEIPTS and the network",
    "ConnectTimeoutError": "{endpoint} does not answer; check host, port and firewall",
    "ReadTimeoutError": "{endpoint} does not answer in time",
    "ConnectionClosedError": "{endpoint} closes the connection; check whether it expects http or https",
    "SSLError": "TLS with {endpoint} fails; if its certificate is not trusted, set AWS_CA_BUNDLE to the file of its authority",
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
    """Store, read and remove a small object in the way receipts are, under a user id that nobody has."""
    address = urlsplit(settings.receipts)
    told = {"bucket": address.hostname or "", "endpoint": parse_qs(address.query)["endpoint"][0]}
    key, digest = f"outlay-check/{secrets.token_hex(32)}", hashlib.sha256(_PROBE).hexdigest()
    try:
        files.check()
        files.put(key, io.BytesIO(_PROBE), size=len(_PROBE), sha256=digest, media_type="text/plain")
        same = b"".join(files.read(key, 0, len(_PROBE))) == _PROBE
        files.remove(key)
    except (UnavailableError, ReceiptFileMissingError) as error:
        raise ProbeError(f"RECEIPTS: {_explained(error).format(**told)}") from error
    if not same:
        raise ProbeError(f"RECEIPTS: {told['endpoint']} returned something other than what was stored; is it an object store?")
    return f"the bucket {told['bucket']} at {told['endpoint']} can store, read and delete objects"


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
            f"RECEIPTS_SCANNER: nothing answers at {address}: {error.strerror or type(error).__name__}; is clamd running there?"
        )
        raise ProbeError(message) from error
    if not answers:
        raise ProbeError(f"RECEIPTS_SCANNER: the server at {address} is not ClamAV; give the port of clamd, usually 3310")
    return f"ClamAV answers at {address}"
