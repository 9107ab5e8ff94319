"""The cost of auth on CouchDB's API, beside the bare driver on the same server in the same run."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ibm_cloud_sdk_core.authenticators import NoAuthAuthenticator  # type: ignore[import-untyped]
from ibmcloudant.cloudant_v1 import CloudantV1  # type: ignore[import-untyped]

from auth.credentials.password_hashing import Argon2Hashing
from chassis.runtime.ids import uuid7
from chassis.security.gateway_keys import HEADER
from load.instruments import answers, load
from support.cloudant_auth import auth_on
from testing.servers.couch import Couch
from testing.servers.ports import free_ports
from testing.waiting import eventually

if TYPE_CHECKING:
    from load.table import Table

ROUNDS, TIMES = 7, 40
PASSWORD = "violet umbrella kitchen"
_GATEWAY_KEY = secrets.token_hex(32)
_JSON = {"Content-Type": "application/json", HEADER: _GATEWAY_KEY}


@contextmanager
def auth_process(folder: Path, store: str) -> Iterator[str]:
    """Run `python -m auth serve` on a store; give its address."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_ports(1)[0]
    environ = {
        **os.environ,
        "AUTH_STORE": store,
        "OUTLAY_PORT": str(port),
        "OUTLAY_DATA_KEY": secrets.token_hex(32),
        "OUTLAY_GATEWAY_KEY": _GATEWAY_KEY,
        "AUTH_COOKIE_SECURE": "false",
        "AUTH_RATE_LIMIT_FACTOR": "100000",
        "OUTLAY_LOG_LEVEL": "error",
        "PYTHONWARNINGS": "ignore",
    }
    subprocess.run([sys.executable, "-m", "auth", "migrate"], env=environ, check=True, capture_output=True)
    process = subprocess.Popen([sys.executable, "-m", "auth", "serve"], env=environ)
    url = f"http://127.0.0.1:{port}"

    try:
        eventually(lambda: answers(f"{url}/readyz"), seconds=60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


class Api:
    """A client with one connection that costs next to nothing."""

    def __init__(self, url: str) -> None:
        """Connect with the first request."""
        self._connection = http.client.HTTPConnection(str(urlsplit(url).hostname), urlsplit(url).port)

    def post(self, path: str, **body: str) -> str:
        """Return the cookie of the answer."""
        self._connection.request("POST", f"/api/v1/{path}", json.dumps(body), _JSON)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status in {200, 201}, said
        return answer.getheader("Set-Cookie", "")


def secret_in(cookie: str) -> str:
    """Return the session's secret in a Set-Cookie header."""
    return cookie.partition("=")[2].partition(";")[0]


class Bare:
    """What the driver takes for the same requests, with nothing around it but the hash of a password."""

    def __init__(self, url: str, database: str) -> None:
        """Use the driver as it comes."""
        self._client, self._database = CloudantV1(authenticator=NoAuthAuthenticator()), database
        self._client.set_service_url(url)
        self._hashing = Argon2Hashing()
        self._hashed = self._hashing.hash(PASSWORD)
        self.ids = [row["id"] for row in self._client.post_all_docs(db=database).get_result()["rows"]]

    def read(self, document_id: str) -> dict[str, Any]:
        """Read a document by its id."""
        found: dict[str, Any] = self._client.get_document(db=self._database, doc_id=document_id).get_result()
        return found

    def sign_in(self, pointer: str, user: str) -> None:
        """Two reads, one write, one password."""
        self.read(pointer)
        document = self.read(user)
        self._hashing.matches(self._hashed, PASSWORD)
        self._client.put_document(db=self._database, doc_id=user, document=document).get_result()

    def sign_up(self, like: dict[str, Any]) -> None:
        """Two writes, one password."""
        self._hashing.hash(PASSWORD)
        for document_id in (f"email:{uuid7()}", f"user:{uuid7()}"):
            self._client.put_document(db=self._database, doc_id=document_id, document=like).get_result()


def cloudant(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """Token exchange, sign-in and sign-up over HTTP, in turns with the bare driver; milliseconds each, one after the other."""
    server = Couch(folder / "couch").start()
    try:
        with auth_process(folder / "auth", f"cloudant://127.0.0.1:{server.port}/outlay") as url:
            _measured(url, server.url, table)
        with auth_on(f"cloudant://127.0.0.1:{server.port}/within") as auth:
            auth.made.service.migrate()
            secret = auth.sign_up()
            bare = Bare(server.url, "within")
            user = next(found for found in bare.ids if found.startswith("user:"))
            _compare(table, "the same without HTTP", lambda: auth.made.exchange(secret), lambda: bare.read(user), TIMES)
    finally:
        server.kill()


def _measured(url: str, couch: str, table: Table) -> None:
    api = Api(url)
    person = {"email": "maria@example.org", "password": PASSWORD, "name": "Maria"}
    secret = secret_in(api.post("users", **person))
    bare = Bare(couch, "outlay")
    user = next(found for found in bare.ids if found.startswith("user:"))
    pointer = next(found for found in bare.ids if found.startswith("email:"))
    like = {name: value for name, value in bare.read(user).items() if not name.startswith("_")}
    credentials = {"email": person["email"], "password": PASSWORD}
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object], int]] = {
        "token exchange beside one read": (_exchange(api, secret), lambda: bare.read(user), TIMES),
        "sign-in beside two reads, a write and a hash": (
            lambda: api.post("session", **credentials),
            lambda: bare.sign_in(pointer, user),
            10,
        ),
        "sign-up beside two writes and a hash": (
            lambda: api.post("users", **{**person, "email": f"{uuid7()}@example.org"}),
            lambda: bare.sign_up(like),
            10,
        ),
    }
    for what, (ours, floor, times) in pairs.items():
        _compare(table, what, ours, floor, times)
    secret = secret_in(api.post("session", **credentials))  # the first one has ended, with so many after it
    _compare(table, "token exchange of somebody with 50 sessions", _exchange(api, secret), lambda: bare.read(user), TIMES)
    bodies: list[bytes | None] = [json.dumps({"secret": secret}).encode()] * 400
    started = time.perf_counter()
    load(url, "POST", "/api/v1/internal/tokens", _JSON, bodies, connections=8)
    table.add("  token exchanges a second over 8 connections", len(bodies) / (time.perf_counter() - started), "/s")


def _exchange(api: Api, secret: str) -> Callable[[], object]:
    return lambda: api.post("internal/tokens", secret=secret)


def _compare(table: Table, what: str, ours: Callable[[], object], floor: Callable[[], object], times: int) -> None:
    rounds = [(_each(ours, times), _each(floor, times)) for _ in range(ROUNDS + 1)][1:]  # the first warms up
    mine, theirs = zip(*rounds, strict=True)
    table.add_rounds(f"Cloudant API: {what}", list(mine), "ms", list(theirs), aim="2 x")


def _each(action: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        action()
    return (time.perf_counter() - started) * 1000 / times


ALL: dict[str, Callable[..., None]] = {"cloudant": cloudant}
