"""IBM Key Protect, or a service with its API: unwraps data keys, so that none is stored in clear."""

from __future__ import annotations

import base64
import logging
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from chassis.runtime.retry import retry_while

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ibm_cloud_sdk_core.authenticators import IAMAuthenticator

IAM_URL = "https://iam.cloud.ibm.com"
_FORM = "must be https://<region>.kms.cloud.ibm.com?instance=<id of the instance>, and may have key=, iam=, ca= and seconds="
_OPTIONS = {"instance", "key", "iam", "ca", "seconds"}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CONNECT_SECONDS, _LONGEST_SECONDS = 3.0, 60.0
_PAUSES = (0.5, 2.0)
"""Seconds before each retry when the server is busy."""
_UNAUTHORIZED, _BUSY = 401, {429, 500, 502, 503, 504}
_KEY_BYTES = 32


class KeyProtectError(Exception):
    """A data key cannot be wrapped or unwrapped. The text says what to do and contains no key."""


@dataclass(frozen=True, kw_only=True)
class KeyProtectAddress:
    """An instance of Key Protect."""

    url: str
    instance: str
    root: str = ""
    """The id of the root key that wraps new data keys."""
    iam_url: str = IAM_URL
    ca: str = ""
    """A PEM file of trusted authorities; empty for certifi's."""
    seconds: float = 5.0
    """Seconds to wait for an answer."""

    def client(self, apikey: str) -> KeyProtect:
        """Return a client, to be closed after use."""
        return KeyProtect(self, apikey)


def key_protect_address(text: str) -> KeyProtectAddress:
    """Parse an address; raises ValueError with a sentence."""
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query))
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or plain) or not parts.hostname or "@" in parts.netloc or not options.get("instance"):
        raise ValueError(_FORM)
    if unknown := sorted(options.keys() - _OPTIONS):
        raise ValueError(f"has the unknown option {unknown[0]}; it {_FORM}")
    iam = urlsplit(options.get("iam", IAM_URL))
    if not (iam.scheme == "https" or (iam.scheme == "http" and iam.hostname in _LOOPBACK)):
        raise ValueError("would send the API key unencrypted; iam= must be https://")
    if "ca" in options and not Path(options["ca"]).is_file():
        raise ValueError(f"names a CA certificate that is not a file: {options['ca']}")
    return KeyProtectAddress(
        url=f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}",
        instance=options["instance"],
        root=options.get("key", ""),
        iam_url=iam.geturl().rstrip("/"),
        ca=options.get("ca", ""),
        seconds=_seconds(options.get("seconds", "5")),
    )


class KeyProtect:
    """Wraps and unwraps data keys. One IAM token serves all requests; a refused token is renewed once."""

    def __init__(self, address: KeyProtectAddress, apikey: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        verify = ssl.create_default_context(cafile=address.ca) if address.ca else True
        patience = httpx.Timeout(address.seconds, connect=min(address.seconds, _CONNECT_SECONDS))
        self._address, self._host = address, urlsplit(address.url).netloc
        self._retried = retry_while(_is_busy, pauses=_PAUSES, sleep=sleep)
        self._http = httpx.Client(base_url=address.url, verify=verify, timeout=patience)
        self._iam = _authenticator(address, apikey)

    def __enter__(self) -> KeyProtect:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def wrap(self, root: str, key: bytes | None = None) -> str:
        """Return a data key encrypted by a root key; without one, Key Protect makes it. Raises KeyProtectError."""
        body = {} if key is None else {"plaintext": base64.b64encode(key).decode()}
        return str(self._ask(root, "wrap", body)["ciphertext"])

    def unwrap(self, root: str, ciphertext: str) -> bytes:
        """Return the data key in clear; raises KeyProtectError."""
        try:
            key = base64.b64decode(self._ask(root, "unwrap", {"ciphertext": ciphertext})["plaintext"])
        except ValueError:
            key = b""
        if len(key) != _KEY_BYTES:
            message = (
                f"What root key {root} at {self._host} unwraps is not a data key of {_KEY_BYTES} bytes; make one with `keys new`."
            )
            raise KeyProtectError(message)
        return key

    def _ask(self, root: str, action: str, body: dict[str, str]) -> dict[str, Any]:
        answer = self._sent(root, action, body)
        if answer.status_code == _UNAUTHORIZED:
            self._iam.token_manager.expire_time = 0  # the token was revoked
            answer = self._sent(root, action, body)
        if answer.status_code != httpx.codes.OK:
            raise KeyProtectError(self._refusal(answer, root, action))
        try:
            told: dict[str, Any] = answer.json()
            _ = told["ciphertext" if action == "wrap" else "plaintext"]
        except (ValueError, KeyError, TypeError) as error:
            raise KeyProtectError(f"{self._host} does not answer like Key Protect; is OUTLAY_KEY_PROTECT right?") from error
        return told

    def _sent(self, root: str, action: str, body: dict[str, str]) -> httpx.Response:
        answer: httpx.Response = self._retried(self._sent_once, root, action, body)
        return answer

    def _sent_once(self, root: str, action: str, body: dict[str, str]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token()}", "Bluemix-Instance": self._address.instance}
        headers["Accept"] = headers["Content-Type"] = f"application/vnd.ibm.kms.key_action_{action}+json"
        try:
            return self._http.post(f"/api/v2/keys/{root}/actions/{action}", json=body, headers=headers)
        except httpx.HTTPError as error:
            raise KeyProtectError(_unreachable("Key Protect", self._host, error)) from error

    def _token(self) -> str:
        from ibm_cloud_sdk_core import ApiException
        from jwt import PyJWTError
        from requests import RequestException

        host = urlsplit(self._address.iam_url).netloc
        try:
            return str(self._iam.token_manager.get_token())
        except ApiException as error:
            message = f"IAM at {host} refuses OUTLAY_KEY_PROTECT_APIKEY ({error.status_code}): does this API key still exist?"
            raise KeyProtectError(message) from error
        except RequestException as error:
            raise KeyProtectError(_unreachable("IAM", host, error)) from error
        except (PyJWTError, KeyError, TypeError, ValueError) as error:
            raise KeyProtectError(f"{host} does not answer like IAM; is iam= in OUTLAY_KEY_PROTECT right?") from error

    def _refusal(self, answer: httpx.Response, root: str, action: str) -> str:
        who, status = f"Key Protect at {self._host}", answer.status_code
        match status:
            case 401 | 403:
                return f"{who} does not let this API key {action} with root key {root} ({status}): it needs the role Reader on it."
            case 404:
                return f"{who} has no root key {root} in instance {self._address.instance}; is the id right?"
            case 409 | 410:
                return f"{who} has root key {root}, but it is disabled or deleted ({status}); enable or restore it there."
            case 400 | 422:
                return f"{who} cannot {action} with root key {root} ({status}): the ciphertext is of another root key, or changed."
            case _:
                return f"{who} answers {status}; try again in a moment."


def _is_busy(answer: httpx.Response) -> bool:
    return answer.status_code in _BUSY


def _authenticator(address: KeyProtectAddress, apikey: str) -> IAMAuthenticator:
    # The SDK is slow to import and rarely needed. At the level debug it would log whole requests.
    from ibm_cloud_sdk_core.authenticators import IAMAuthenticator

    for name in ("urllib3.connectionpool", "ibm-cloud-sdk-core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    authenticator = IAMAuthenticator(apikey, url=address.iam_url)
    config: dict[str, Any] = {"timeout": (_CONNECT_SECONDS, address.seconds)}
    if address.ca:
        config["verify"] = address.ca
    authenticator.token_manager.http_config = config
    return authenticator


def _unreachable(what: str, host: str, error: Exception) -> str:
    if "certificate" in str(error).lower():
        return f"{what} at {host} has a certificate that is not trusted; name its CA file with ca= in OUTLAY_KEY_PROTECT."
    return f"{what} at {host} does not answer ({type(error).__name__}); check OUTLAY_KEY_PROTECT and the network"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise ValueError(f"must have seconds above 0, at most {_LONGEST_SECONDS:g}")
    return seconds
