"""A door in front of a real server of CouchDB's API: it counts who goes through, asks for a key if it is told to, and can be slammed."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import secrets
import ssl
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_CONFLICT, _WRONG_PASSWORDS = 409, 5
_PASSED_ON = ("content-type", "content-encoding", "accept", "if-match")


class Door:
    """What a test sees of it. One request class for each that Cloudant bills: read, write, query; `other` is free."""

    def __init__(self, backend: str) -> None:
        """Use `opened`."""
        parts = urlsplit(backend)
        self.backend = (parts.hostname or "", parts.port or 80)
        self.inner_key = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode() if parts.username else ""
        self.port = 0
        self.counts: Counter[str] = Counter()
        self.refusals: list[tuple[int, dict[str, str]]] = []
        """What the next requests are answered with instead."""
        self.lost = 0
        """How many of the next answers get lost on their way, after the server has done what it was asked."""
        self.on_lost: Callable[[], object] = lambda: None
        """What happens while such an answer is on its way."""
        self.forks = 0
        """How many of the next saves are refused and kept as a branch all the same, as by the minority of a cluster's copies."""
        self.splits, self.split_digest, self.split_seconds = 0, "f", 0.0
        """How many of the next saves that are refused are answered with 202 instead, as by a cluster where one copy took them: with a
        revision whose digest is made of this digit, and which reads show so many seconds later."""
        self.way_in = ""
        """basic, session or iam: what has to be shown; nothing if it is empty."""
        self.user, self.password, self.apikey = "maria", secrets.token_hex(8), secrets.token_hex(8)
        self.wrong_passwords = 0
        """How many came. After five everybody is locked out, also with the right one."""
        self.token_seconds = 3600
        self.tokens: set[str] = set()
        self.tokens_given = 0

        self.busy: set[str] = set()
        """Classes of requests that are answered with 429 until it is empty again."""
        self.halted = threading.Event()
        """Somebody stands before the write that `halt_at` named."""
        self._writes_until_halt, self._halt_after, self._go_on = -1, False, threading.Event()

    def address(self, database: str, *, user: str = "", tls: bool = False, **options: str) -> str:
        """Return an address of a database behind it."""
        query = "&".join(f"{name}={value}" for name, value in options.items())
        return f"{'cloudants' if tls else 'cloudant'}://{user}{'@' if user else ''}127.0.0.1:{self.port}/{database}?{query}"

    def answer_next(self, *statuses: int, **headers: str) -> None:
        """Answer the next requests with these statuses instead of asking the server."""
        self.refusals += [(status, headers) for status in statuses]

    def halt_at(self, write: int, *, done: bool) -> None:
        """Let the write of this number (0 is the next) wait for `go_on`; `done`: it is done first, and only its answer waits."""
        self._writes_until_halt, self._halt_after = write, done
        self.halted.clear()
        self._go_on.clear()

    def go_on(self) -> None:
        """Let go of whoever was halted, without an answer."""
        self._go_on.set()

    def halts(self, kind: str, act: Callable[[], object]) -> bool:
        """Halt the request if it is the one to be halted; say whether it was."""
        if kind != "write" or self._writes_until_halt < 0:
            return False
        self._writes_until_halt -= 1
        if self._writes_until_halt >= 0:
            return False
        if self._halt_after:
            act()
        self.halted.set()
        self._go_on.wait(30)
        return True

    def counted(self) -> dict[str, int]:
        """Return how many requests of each class came since it was asked last."""
        counts = {kind: number for kind, number in sorted(self.counts.items()) if kind != "other"}
        self.counts.clear()
        return counts

    def give_token(self, seconds: int | None = None) -> str:
        """Make a key for a while."""
        now, self.tokens_given = int(time.time()), self.tokens_given + 1
        claims = {"iat": now, "exp": now + (self.token_seconds if seconds is None else seconds), "jti": secrets.token_hex(4)}
        token = jwt.encode(claims, "a key that nobody checks, of 32 bytes")
        self.tokens.add(token)
        return token


class _Visitor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    door: Door

    def do_GET(self) -> None:
        door = self.door
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/identity/token":
            self._iam(parse_qs(body.decode()))
        elif self._is_locked():
            self._say(
                403, {"error": "forbidden", "reason": "Account is temporarily locked due to multiple authentication failures"}
            )
        elif self.path == "/_session":
            self._session(json.loads(body))
        elif not self._has_key():
            door.wrong_passwords += door.way_in == "basic"
            self._say(401, {"error": "unauthorized", "reason": "You are not authorized to access this db."})
        elif door.forks and self.command == "PUT":
            door.forks -= 1
            self._fork(body)
        elif door.halts(self._kind(), lambda: self._ask(self.command, self.path, body, self._passed_on())):
            self.close_connection = True
        elif self._kind() in door.busy:
            self._say(429, {"error": "too_many_requests", "reason": "You have exceeded your limit."}, {})
        elif door.refusals:
            status, headers = door.refusals.pop(0)
            self._say(status, {"error": "too_many_requests", "reason": "You have exceeded your limit."}, headers)
        else:
            door.counts[self._kind()] += self._size(body)
            self._pass_on(body)

    do_PUT = do_POST = do_DELETE = do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _kind(self) -> str:
        path = urlsplit(self.path).path.strip("/").split("/")
        if path[-1] in {"_find", "_all_docs"} or "_view" in path:
            return "query"
        if path[-1] == "_bulk_docs":
            return "write"
        if len(path) == 1 or path[1].startswith("_"):
            return "other"
        return "read" if self.command in {"GET", "HEAD"} else "write"

    def _size(self, body: bytes) -> int:
        """Return for how many requests it counts: each document that is written in bulk is one."""
        if not self.path.endswith("/_bulk_docs"):
            return 1
        return len(json.loads(self._plain(body))["docs"])

    def _is_locked(self) -> bool:
        shows_password = self.path == "/_session" or self.door.way_in == "basic"
        return shows_password and self.door.wrong_passwords >= _WRONG_PASSWORDS

    def _has_key(self) -> bool:
        door, shown = self.door, self.headers.get("Authorization", "")
        match door.way_in:
            case "basic":
                return shown == "Basic " + base64.b64encode(f"{door.user}:{door.password}".encode()).decode()
            case "session":
                return any(f"AuthSession={token}" in self.headers.get("Cookie", "") for token in door.tokens)
            case "iam":
                return shown.removeprefix("Bearer ") in door.tokens
        return True

    def _iam(self, asked: dict[str, list[str]]) -> None:
        if asked.get("apikey") != [self.door.apikey]:
            self._say(400, {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."})
            return
        self._say(200, {"access_token": self.door.give_token(), "token_type": "Bearer", "expires_in": self.door.token_seconds})

    def _session(self, asked: dict[str, str]) -> None:
        door = self.door
        if (asked.get("username"), asked.get("password")) != (door.user, door.password):
            door.wrong_passwords += 1
            self._say(401, {"error": "unauthorized", "reason": "Name or password is incorrect."})
            return
        cookie = f"AuthSession={door.give_token()}; Version=1; Max-Age={door.token_seconds}; Path=/; HttpOnly"
        self._say(200, {"ok": True, "name": door.user}, {"Set-Cookie": cookie})

    def _fork(self, body: bytes) -> None:
        self._keep(self._path_of_database(), self._branch(body, "f"))
        self._say(409, {"error": "conflict", "reason": "Document update conflict."})

    def _split(self, body: bytes) -> None:
        branch = self._branch(body, self.door.split_digest)
        threading.Timer(self.door.split_seconds, self._keep, (self._path_of_database(), branch)).start()
        self._say(202, {"ok": True, "id": branch["_id"], "rev": branch["_rev"]})

    def _path_of_database(self) -> str:
        return urlsplit(self.path).path.strip("/").split("/")[0]

    def _branch(self, body: bytes, digit: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._plain(body))
        generation = int(document.get("_rev", "0").partition("-")[0]) + 1
        before = [document["_rev"].partition("-")[2]] if "_rev" in document else []
        ids = [digit * 32, *before]
        return document | {"_rev": f"{generation}-{ids[0]}", "_revisions": {"start": generation, "ids": ids}}

    def _keep(self, database: str, branch: dict[str, Any]) -> None:
        """Store a save as a branch, whatever else is stored."""
        content = json.dumps({"docs": [branch], "new_edits": False})
        self._ask("POST", f"/{database}/_bulk_docs", content.encode(), {"Content-Type": "application/json"})

    def _plain(self, body: bytes) -> bytes:
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _passed_on(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name.lower() in _PASSED_ON}

    def _pass_on(self, body: bytes) -> None:
        try:
            status, kind, content = self._ask(self.command, self.path, body, self._passed_on())
        except OSError:
            self.close_connection = True
            return
        if status == _CONFLICT and self.door.splits and self.command == "PUT":
            self.door.splits -= 1
            self._split(body)
            return
        if self.door.lost:
            self.door.lost -= 1
            self.door.on_lost()
            self.close_connection = True
            return
        self._send(status, content, {"Content-Type": kind})

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        inner = http.client.HTTPConnection(*self.door.backend, timeout=30)
        headers |= {"Authorization": f"Basic {self.door.inner_key}"} if self.door.inner_key else {}
        try:
            inner.request(method, path, body or None, headers)
            answer = inner.getresponse()
            return answer.status, answer.getheader("Content-Type", "application/json"), answer.read()
        finally:
            inner.close()

    def _say(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content if self.command != "HEAD" else b"")


@contextmanager
def opened(backend: str, *, tls: Path | None = None) -> Iterator[Door]:
    """Open a door in front of a server; `tls` is a folder of `write_certificates`."""
    door = Door(backend)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Visitor", (_Visitor,), {"door": door}))
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / "server.pem", tls / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    door.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="door", daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
