"""The HTTP server: who is let in, which fault holds, and what is answered."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from testing.mailserver.activity import QueryError, found
from testing.mailserver.control import Control, OrderError
from testing.mailserver.events import Hook
from testing.mailserver.faults import Fault, Faults
from testing.mailserver.ledger import Ledger
from testing.mailserver.rules import MOST_BYTES, judge
from testing.mailserver.signing import Signer

_DENIED = "The provided authorization grant is invalid, expired, or revoked"
_STATUS = {
    "refuse_429": 429,
    "refuse_400": 400,
    "refuse_401": 401,
    "refuse_413": 413,
    "down_500": 500,
    "down_502": 502,
    "down_503": 503,
}
_SAYS = {429: "too many requests", 400: "Does not contain a valid address.", 401: _DENIED, 413: "content too large"}


@dataclass(kw_only=True)
class Options:
    """How the server is to behave; all but port and journal can be changed while it runs."""

    signer: Signer
    port: int = 0
    key: str = "SG.test"
    scopes: list[str] = field(default_factory=lambda: ["mail.send", "messages.read"])
    journal: Path | None = None
    hook: str = ""
    automatic: bool = True
    activity: bool = True
    activity_lag: float = 0.0
    tls: ssl.SSLContext | None = None


class MailServer:
    """One account at SendGrid."""

    def __init__(self, options: Options) -> None:
        """Listen; nobody is answered before `serve_forever` or `start`."""
        self.options = options
        self.ledger = Ledger(options.journal)
        self.faults = Faults()
        self.hook = Hook(options.signer, url=options.hook, automatic=options.automatic, on_told=self.ledger.note_told)
        self.hook.tell_of(self.ledger.untold())
        self.control = Control(self)
        self._http = _Http(("127.0.0.1", options.port), _Visit)
        self._http.site = self
        if options.tls is not None:  # the handshake is made by the thread of the connection, not by the one that listens
            self._http.socket = options.tls.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """Its base address."""
        return f"{'https' if self.options.tls else 'http'}://127.0.0.1:{self.port}"

    def serve_forever(self) -> None:
        """Answer in this thread."""
        self._http.serve_forever(poll_interval=0.05)

    def start(self) -> MailServer:
        """Answer in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, name="mailserver", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop listening and close the journal."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join(5)
        self._http.server_close()
        self.hook.close()
        self.ledger.close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    site: MailServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Visit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        """Answer the activity API and looks into the server."""
        site, parts = self.server.site, urlsplit(self.path)
        if parts.path.startswith("/control/"):
            self._give_order(
                parts.path.removeprefix("/control/"), {key: values[-1] for key, values in parse_qs(parts.query).items()}
            )
        elif parts.path == "/v3/messages":
            fault = site.faults.take(sending=False)
            if self._stumbles(fault) or not self._let_in():
                return
            self._list_activity(parse_qs(parts.query))
        elif parts.path == "/v3/scopes":
            if self._let_in():
                self._answer(200, {"scopes": site.options.scopes})
        else:
            self._refuse(405 if parts.path == "/v3/mail/send" else 404, "not found")

    def do_POST(self) -> None:
        """Answer mail/send and orders of tests."""
        site, path = self.server.site, urlsplit(self.path).path
        fault = site.faults.take(sending=True) if path == "/v3/mail/send" else Fault()
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_BYTES:
            self.close_connection = True
            self._refuse(413, _SAYS[413])
            return
        body = self.rfile.read(length)
        if path.startswith("/control/"):
            self._give_order(path.removeprefix("/control/"), json.loads(body or b"{}"))
        elif path == "/v3/mail/send":
            if not self._stumbles(fault) and self._let_in():
                self._take_mail(body, fault)
        else:
            self._refuse(404, "not found")

    def _take_mail(self, body: bytes, fault: Fault) -> None:
        site = self.server.site
        if self.headers.get_content_type() != "application/json":
            self._refuse(415, "Content-Type should be application/json.")
            return
        try:
            request = json.loads(body)
        except ValueError:
            self._refuse(400, "Bad Request")
            return
        verdict = judge(request, now=time.time())
        if verdict.problems:
            self._answer(400, {"errors": verdict.problems})
        elif verdict.sandbox:
            self._answer(200, None)
        else:
            mails = site.ledger.accept(request)
            if fault.kind == "slow":
                time.sleep(fault.seconds)
            if fault.kind == "drop_after_accept":
                self._drop()
            else:
                with suppress(OSError):  # a client that went away has been accepted all the same
                    self._answer(202, None, {"X-Message-Id": mails[0].message_id})
            site.hook.tell_of(mails)

    def _stumbles(self, fault: Fault) -> bool:
        """Do what the fault says; return whether the request is done with."""
        if fault.kind == "slow_before":
            time.sleep(fault.seconds)
        if fault.kind == "drop_before":
            self._drop()
            return True
        status = _STATUS.get(fault.kind)
        if status is None:
            return False
        headers = {"Retry-After": fault.retry_after, "X-RateLimit-Reset": fault.reset}
        self._refuse(status, _SAYS.get(status, "internal server error"), {name: value for name, value in headers.items() if value})
        return True

    def _let_in(self) -> bool:
        if self.headers.get("Authorization") in {f"Bearer {key}" for key in self.server.site.options.key.split()}:
            return True
        self._refuse(401, _DENIED)
        return False

    def _list_activity(self, query: dict[str, list[str]]) -> None:
        options = self.server.site.options
        if not options.activity:
            self._refuse(403, "access forbidden")
            return
        try:
            messages = found(self.server.site.ledger, query, until=time.time() - options.activity_lag)
        except QueryError as error:
            self._refuse(400, str(error))
        else:
            self._answer(200, {"messages": messages})

    def _give_order(self, name: str, order: dict[str, Any]) -> None:
        try:
            self._answer(200, self.server.site.control.do(self.command, name, order))
        except OrderError as error:
            self._refuse(400, str(error))

    def _refuse(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        self._answer(status, {"errors": [{"message": message, "field": None, "help": None}]}, headers)

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        raw = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if raw:
            self.send_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: tests ask the ledger."""
