"""A server that speaks the Assistant v2 API as `ibm-watson` 11.2.0 calls it, and what gives out tokens for it, on loopback.

Each request is held against IBM's API definition, see `watson_definition`; what does not fit is answered with 400 and kept in `wrong`.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from testing.servers.watson_definition import MOST_CONTEXT_BYTES, operation_of, problems_of

APIKEY, ASSISTANT, ENVIRONMENT = (
    "an-api-key-of-ibm-cloud",
    "0f0b2a44-5a0e-4f7a-9d6b-2b1f0c9be3aa",
    "7d1f1f0e-9c5b-4d0e-8b1a-3b1a2c4d5e6f",
)
USERNAME, PASSWORD = "outlay", "a-password-of-cloud-pak"
Generic = list[dict[str, Any]]


@dataclass(frozen=True)
class Recorded:
    """A request that came in."""

    operation: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    @property
    def everything(self) -> str:
        """All of it as text, to look for what must not be in it."""
        return f"{self.path} {self.query} {self.headers} {json.dumps(self.body)}"


@dataclass
class Session:
    """What the server remembers of a talk."""

    user_id: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    turns: int = 0
    place: Any = None
    """Where the actions wait for an answer."""


@dataclass
class WatsonServer:
    """What the server knows, and how it is to behave."""

    url: str
    say: Callable[[str, Session], Generic] = lambda _text, _session: [{"response_type": "text", "text": "Hello."}]
    """What it says to a text."""
    sessions: dict[str, Session] = field(default_factory=dict)
    requests: list[Recorded] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What did not fit the API definition."""
    tokens: set[str] = field(default_factory=set)
    apikey: str = APIKEY
    password: str = PASSWORD
    assistants: set[str] = field(default_factory=lambda: {ASSISTANT})
    environments: set[str] = field(default_factory=lambda: {ENVIRONMENT})
    failures: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    """The statuses and headers of the next answers, by operation; `token` is one."""
    answer: bytes | None = None
    """What messages are answered with instead."""
    seconds: float = 0.0
    """How long each answer takes."""
    drips: bool = False
    """Whether an answer comes byte by byte, without an end."""
    hangs_up: int = 0
    """How many of the next connections are closed without an answer."""
    seconds_off: float = 0.0
    """How wrong its clock is."""

    def fail(self, operation: str, *statuses: int, **headers: str) -> None:
        """Answer the next requests of an operation with these statuses."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.failures.setdefault(operation, []).extend((status, named) for status in statuses)

    def expire(self) -> None:
        """Forget all sessions, as they are forgotten after some minutes without a message."""
        self.sessions.clear()

    def withdraw_tokens(self) -> None:
        """Accept no token that was given out."""
        self.tokens.clear()

    def of(self, operation: str) -> list[Recorded]:
        """Return the requests of an operation."""
        return [request for request in self.requests if request.operation == operation]

    def environ(self, **more: str) -> dict[str, str]:
        """Return settings by which Outlay reaches it with an API key."""
        return {
            "WATSON_URL": f"{self.url}/instances/one",
            "WATSON_APIKEY": self.apikey,
            "WATSON_IAM_URL": f"{self.url}/iam",
            "WATSON_ASSISTANT_ID": ASSISTANT,
            "WATSON_ENVIRONMENT_ID": ENVIRONMENT,
            **more,
        }

    def environ_of_cloud_pak(self, **more: str) -> dict[str, str]:
        """Return settings by which Outlay reaches it as on Cloud Pak for Data."""
        given = self.environ(WATSON_CP4D_URL=f"{self.url}/icp4d-api", WATSON_CP4D_USERNAME=USERNAME, **more)
        return {name: value for name, value in given.items() if name not in ("WATSON_APIKEY", "WATSON_IAM_URL")}

    def token(self) -> dict[str, Any]:
        """Give out a token."""
        now = int(time.time())
        token = jwt.encode({"iat": now, "exp": now + 3600, "id": secrets.token_hex(8)}, "0" * 32, algorithm="HS256")
        self.tokens.add(token)
        return {"access_token": token, "token": token, "refresh_token": "x", "token_type": "Bearer", "expires_in": 3600}


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    watson: WatsonServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer."""
        self._answer()

    def log_message(self, *_args: Any) -> None:
        """Log nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time of the header Date."""
        return super().date_time_string((timestamp or time.time()) + self.watson.seconds_off)

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        watson, parts = self.watson, urlsplit(self.path)
        if watson.hangs_up:
            watson.hangs_up -= 1
            self.close_connection = True
            return
        time.sleep(watson.seconds)
        if parts.path == "/iam/identity/token":
            self._token(parse_qs(raw.decode()), apikey=True)
        elif parts.path == "/icp4d-api/v1/authorize":
            self._token(json.loads(raw), apikey=False)
        else:
            self._api(parts.path.removeprefix("/instances/one"), parse_qs(parts.query), json.loads(raw) if raw else None)

    def _token(self, given: dict[str, Any], *, apikey: bool) -> None:
        self.watson.requests.append(Recorded("token", self.path, {}, dict(self.headers), given))
        if self._fails("token"):
            return
        if apikey:
            fits = given.get("grant_type") == ["urn:ibm:params:oauth:grant-type:apikey"] and given.get("apikey") == [
                self.watson.apikey
            ]
            refusal = 400, {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
        else:
            fits = given.get("username") == USERNAME and self.watson.password in (given.get("password"), given.get("api_key"))
            refusal = 401, {"message": "User unauthorized to invoke this endpoint"}
        self._send(*((200, self.watson.token()) if fits else refusal))

    def _api(self, path: str, query: dict[str, list[str]], body: Any) -> None:
        operation, place = operation_of(self.command, path)
        self.watson.requests.append(Recorded(operation, path, query, dict(self.headers), body))
        if not operation:
            self.watson.wrong.append(f"{self.command} {path}: no such operation")
            self._error(404, "Not Found")
            return
        problems = problems_of(operation, query, self.headers, body)
        self.watson.wrong += [f"{operation}: {problem}" for problem in problems]
        if problems:
            self._error(400, problems[0])
        elif not self._fails(operation) and self._may_enter(place):
            getattr(self, f"_{operation}")(place, query, body)

    def _may_enter(self, place: tuple[str, ...]) -> bool:
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.watson.tokens:
            self._error(401, "Unauthorized")
        elif place and (place[0] not in self.watson.assistants or place[1] not in self.watson.environments):
            self._error(404, "Resource not found")
        elif len(place) > 2 and place[2] not in self.watson.sessions:
            self._error(404, "Invalid Session")
        else:
            return True
        return False

    def _fails(self, operation: str) -> bool:
        planned = self.watson.failures.get(operation)
        if not planned:
            return False
        status, headers = planned.pop(0)
        self._error(status, "planned", **headers)
        return True

    def _create_session(self, _place: Any, _query: Any, _body: Any) -> None:
        name = secrets.token_hex(16)
        self.watson.sessions[name] = Session()
        self._send(201, {"session_id": name})

    def _delete_session(self, place: tuple[str, ...], _query: Any, _body: Any) -> None:
        del self.watson.sessions[place[2]]
        self._send(200, {})

    def _delete_user_data(self, _place: Any, _query: Any, _body: Any) -> None:
        self._send(202, {})

    def _message(self, place: tuple[str, ...], _query: Any, body: dict[str, Any]) -> None:
        session = self.watson.sessions[place[2]]
        session.turns += 1
        session.user_id = body.get("user_id", place[2])
        context = body.get("context", {})
        session.variables |= context.get("skills", {}).get("actions skill", {}).get("skill_variables", {})
        if len(json.dumps(context)) > MOST_CONTEXT_BYTES:
            self._error(413, "Payload Too Large")
            return
        said = body.get("input", {})
        answer: dict[str, Any] = {
            "output": {"generic": self.watson.say(said.get("text", ""), session), "intents": [], "entities": []},
            "user_id": session.user_id,
        }
        if said.get("options", {}).get("return_context"):
            system = {**context.get("global", {}).get("system", {}), "turn_count": session.turns, "user_id": session.user_id}
            answer["context"] = {
                "global": {"system": system, "session_id": place[2]},
                "skills": {"actions skill": {"skill_variables": session.variables, "system": {}}},
            }
        self._send(200, answer, self.watson.answer)

    def _error(self, status: int, message: str, **headers: str) -> None:
        self._send(status, {"error": message, "code": status}, **headers)

    def _send(self, status: int, value: Any, raw: bytes | None = None, **headers: str) -> None:
        body = json.dumps(value).encode() if raw is None else raw
        self.send_response(status)
        kept = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Set-Cookie": f"affinity={secrets.token_hex(4)}",
        }
        for name, text in {**kept, **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        try:
            for piece in [bytes([byte]) for byte in body] if self.watson.drips else [body]:
                self.wfile.write(piece)
                time.sleep(0.2 if self.watson.drips else 0)
        except OSError:  # whoever asked has gone
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave it."""


@contextmanager
def watson_server() -> Iterator[WatsonServer]:
    """Run a server."""
    handler = type("Handler", (Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    handler.watson = WatsonServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield handler.watson
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
