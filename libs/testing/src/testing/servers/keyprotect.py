"""A server that speaks IBM Key Protect's API as far as wrapping and unwrapping goes, and IAM's for an API key, on loopback."""

from __future__ import annotations

import base64
import json
import re
import secrets
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INSTANCE, APIKEY = "1c7e0f2a-1111-4222-8333-444455556666", "an-api-key-of-a-service-id"
_ACTION = re.compile(r"/api/v2/keys/([0-9a-f-]+)/actions/(wrap|unwrap)")


@dataclass
class KeyProtectServer:
    """What the server knows, and how it is to behave."""

    url: str
    roots: dict[str, AESGCM] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    """Root keys that were deleted."""
    apikey: str = APIKEY
    forbidden: bool = False
    token: str = ""
    """The only token that is good."""
    tokens: int = 0
    """How many were asked for."""
    asked: list[str] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    """The statuses of the next answers."""
    answer: bytes | None = None
    """What is answered instead."""
    hangs: bool = False

    @property
    def root(self) -> str:
        """The id of a root key."""
        return next(iter(self.roots))

    def address(self, **options: str) -> str:
        """Return what OUTLAY_KEY_PROTECT has to be."""
        given = {"instance": INSTANCE, "key": self.root, "iam": self.url, "seconds": "2", **options}
        return f"{self.url}?" + "&".join(f"{name}={value}" for name, value in given.items())

    def environ(self, **options: str) -> dict[str, str]:
        """Return the settings."""
        return {"OUTLAY_KEY_PROTECT": self.address(**options), "OUTLAY_KEY_PROTECT_APIKEY": APIKEY}

    def add_root(self) -> str:
        """Make one more root key."""
        root = f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}"
        self.roots[root] = AESGCM(secrets.token_bytes(32))
        return root

    def act(self, root: str, action: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Wrap or unwrap."""
        if self.forbidden:
            return 403, _error("Forbidden: The user does not have access to the specified resource")
        if root in self.gone:
            return 410, _error("Gone: Key has already been deleted")
        if root not in self.roots:
            return 404, _error("Not Found: Key could not be retrieved")
        if action == "wrap":
            plain = body.get("plaintext") or base64.b64encode(secrets.token_bytes(32)).decode()
            nonce = secrets.token_bytes(12)
            sealed = nonce + self.roots[root].encrypt(nonce, base64.b64decode(plain), None)
            return 200, {"plaintext": plain, "ciphertext": base64.b64encode(sealed).decode(), "keyVersion": {"id": root}}
        try:
            raw = base64.b64decode(body["ciphertext"])
            opened = self.roots[root].decrypt(raw[:12], raw[12:], None)
        except (ValueError, InvalidTag):
            return 422, _error("Unprocessable Entity: The ciphertext provided was invalid or corrupted")
        return 200, {"plaintext": base64.b64encode(opened).decode(), "keyVersion": {"id": root}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    known: KeyProtectServer

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/identity/token":
            self._give(*self._token(parse_qs(raw.decode())))
            return
        while self.known.hangs:
            time.sleep(0.05)
        match = _ACTION.fullmatch(self.path)
        self.known.asked.append(self.path)
        if self.known.failures:
            self._give(self.known.failures.pop(0), _error("Busy"))
        elif self.headers["Authorization"] != f"Bearer {self.known.token}" or self.headers["Bluemix-Instance"] != INSTANCE:
            self._give(401, _error("Unauthorized: The user does not have access to the specified resource"))
        elif match is None or self.headers["Content-Type"] != f"application/vnd.ibm.kms.key_action_{match[2]}+json":
            self._give(400, _error("Bad Request"))
        else:
            self._give(*self.known.act(match[1], match[2], json.loads(raw)))

    def _token(self, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if form.get("apikey") != [self.known.apikey]:
            return 400, {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
        self.known.tokens += 1
        now = int(time.time())
        self.known.token = jwt.encode(
            {"iat": now, "exp": now + 3600, "jti": secrets.token_hex(8)}, "a key of IAM's own, long enough for it"
        )
        told = {"access_token": self.known.token, "refresh_token": "not_supported", "token_type": "Bearer", "expires_in": 3600}
        return 200, {**told, "expiration": now + 3600}

    def _give(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode() if self.known.answer is None or "access_token" in told else self.known.answer
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Be quiet."""


@contextmanager
def key_protect_server(certificates: Path | None = None) -> Iterator[KeyProtectServer]:
    """Serve with one root key; over TLS if there is a folder with server.pem and server.key."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    scheme = "http"
    if certificates:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https"
    known = KeyProtectServer(f"{scheme}://127.0.0.1:{server.server_port}")
    known.add_root()
    handler.known = known  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        known.hangs = False
        server.shutdown()
        thread.join()
        server.server_close()


def _error(message: str) -> dict[str, Any]:
    kind = {"collectionType": "application/vnd.ibm.kms.error+json", "collectionTotal": 1}
    return {"metadata": kind, "resources": [{"errorMsg": message}]}
