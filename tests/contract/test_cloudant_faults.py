"""Auth on CouchDB's API while it is killed, cut off, throttled or overloaded: nothing is lost or duplicated."""

from __future__ import annotations

import itertools
import os
import secrets
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from auth.store.cloudant.address import cloudant_address
from auth.store.cloudant.documents import CloudantDocuments
from chassis.messaging.events import Event
from chassis.messaging.rabbitmq.topology import EXCHANGE
from chassis.messaging.relay import Relay
from chassis.runtime.metrics import Metrics
from support.cloudant_auth import MARIA, Auth, Person, auth_on, secret_in
from testing.fakes.rabbit import left
from testing.servers.ports import free_ports
from testing.servers.proxy import Board
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pika.adapters.blocking_connection import BlockingChannel

    from testing.servers.couch_door import Door

TOLD = ("user.registered", "book.changed", "user.verification_requested")
SIGNING_IN = {"email": MARIA["email"], "password": MARIA["password"]}


class Process:
    """`python -m auth serve` with a broker."""

    def __init__(self, folder: Path, store: str, bus: str) -> None:
        self._log, self.port = folder / "auth.log", free_ports(1)[0]
        self._environ = {
            **os.environ,
            "AUTH_STORE": store,
            "OUTLAY_BUS": bus,
            "OUTLAY_PORT": str(self.port),
            "OUTLAY_INSTANCE": "auth-1",
            "OUTLAY_DATA_KEY": secrets.token_hex(32),
            "OUTLAY_GATEWAY_KEY": "g" * 32,
            "AUTH_COOKIE_SECURE": "false",
            "AUTH_RATE_LIMIT_FACTOR": "1000",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "auth", "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        eventually(self._ready, seconds=90)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)

    def post(self, path: str, **body: str) -> int:
        """Return the status, 0 if there is no answer."""
        try:
            return httpx.post(f"http://127.0.0.1:{self.port}/api/v1/{path}", json=body, timeout=60).status_code
        except httpx.TransportError:
            return 0

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def killed(tmp_path: Path, door: Door, address: Any) -> Iterator[tuple[Process, CloudantDocuments]]:
    """A process that is to be killed, and its store."""
    database = f"test-{secrets.token_hex(8)}"
    store = CloudantDocuments(cloudant_address(door.address(database)))
    store.migrate()
    process = Process(tmp_path, door.address(database), address.url)
    yield process, store
    process.kill()
    store.close()


def test_a_kill_neither_loses_nor_duplicates_a_user_or_event(
    killed: tuple[Process, CloudantDocuments], door: Door, make_rabbit: Any, address: Any, channel: BlockingChannel
) -> None:
    process, store = killed
    heard: list[Event] = []
    make_rabbit(address).publish([left()])  # now the exchange is there
    channel.queue_declare("heard")
    for kind in TOLD:
        channel.queue_bind("heard", EXCHANGE, kind)

    def all_told() -> bool:
        while (got := channel.basic_get("heard", auto_ack=True))[0] is not None:
            heard.append(Event.from_json(got[2].decode()))
        return not store.pending(limit=1)

    # Signing up writes the claim, the user and the claim again; then the relay leases the events, sends them and forgets them.
    moments = {"pointer": (0, True), "user": (1, True), "sent": (4, False)}
    people = [{**MARIA, "email": f"{moment}@example.org"} for moment in moments]
    for person, (write, done) in zip(people, moments.values(), strict=True):
        process.start()
        eventually(all_told)
        door.halt_at(write, done=done)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(process.post, "users", **person)
            assert door.halted.wait(30)
            process.kill()
            door.go_on()
    process.start()
    for person in people:
        assert process.post("users", **person) in {201, 409}
        assert process.post("session", email=person["email"], password=person["password"]) == 201
    eventually(all_told)
    once = {event.id: (event.type, event.subject) for event in heard}
    assert Counter(kind for kind, _subject in once.values()) == dict.fromkeys(TOLD, len(people))
    assert len(set(once.values())) == len(TOLD) * len(people)


def test_cut_connections_neither_lose_nor_duplicate_a_user(couch: str) -> None:
    parts, told, wake_up, done = urlsplit(couch), [], threading.Event(), threading.Event()
    with Board() as board:
        wire = board.proxy([(str(parts.hostname), int(parts.port or 0))])
        user = f"{parts.username}:{parts.password}@" if parts.username else ""
        with auth_on(f"cloudant://{user}{wire.address}/test-{secrets.token_hex(8)}") as auth:
            auth.made.service.migrate()
            assert auth.ready() == 200
            assert auth.call("GET", "/users/me").status_code == 401  # the application is put together by its first request
            relay = Relay("auth", auth.made.service.outbox, told.extend, Metrics(), wake_up=wake_up)
            relay.start()

            def cut() -> None:
                while not done.wait(0.15):
                    wire.cut()
                    wake_up.set()

            cutter = threading.Thread(target=cut)
            cutter.start()
            emails = [f"p{number}@example.org" for number in range(16)]
            try:
                with ThreadPoolExecutor(4) as pool:
                    assert all(pool.map(lambda email: persistently(auth, email), emails))
            finally:
                done.set()
                cutter.join()
            for email in emails:
                assert auth.call("POST", "/session", json={**SIGNING_IN, "email": email}).status_code == 201
            wake_up.set()
            eventually(lambda: auth.made.service.outbox.oldest_seconds() == 0)
            relay.stop()
    once = {event.id: (event.type, event.subject) for event in told}
    assert Counter(kind for kind, _subject in once.values()) == dict.fromkeys(TOLD, len(emails))


def persistently(auth: Auth, email: str) -> bool:
    """Sign up, repeatedly if asked to; an account whose answer was lost exists."""
    for _ in range(30):
        answer = auth.call("POST", "/users", json={**MARIA, "email": email})
        if answer.status_code in {201, 409}:
            return True
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), answer.text
    return False


def test_a_read_only_store_signs_nobody_out(auth: Auth, door: Door) -> None:
    me = Person(auth, auth.sign_up())
    door.busy = {"write"}
    assert auth.token(me.secret)
    refused = auth.call("POST", "/session", json=SIGNING_IN)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    door.busy = set()
    assert auth.call("POST", "/session", json=SIGNING_IN).status_code == 201


def test_many_refusals_leave_nothing_half_done(auth: Auth, door: Door) -> None:
    door.answer_next(*itertools.islice(itertools.cycle((429, 429, 503)), 40))
    people = [{**MARIA, "email": f"p{number}@example.org"} for number in range(8)]
    first = auth.at_once(*(("POST", "/users", {"json": person}) for person in people))
    assert set(first) <= {201, 503}
    door.refusals.clear()
    again = auth.at_once(*(("POST", "/users", {"json": person}) for person in people))
    assert Counter(again) == {status: count for status, count in {409: first.count(201), 201: first.count(503)}.items() if count}
    assert Counter(event.type for event in auth.made.service.outbox.claim(100)) == dict.fromkeys(TOLD, len(people))


def test_many_simultaneous_changes_of_one_user_all_succeed(auth: Auth) -> None:
    me = Person(auth, auth.sign_up())
    told: list[Event] = []
    relay = Relay("auth", auth.made.service.outbox, told.extend, Metrics(), wake_up=(wake_up := threading.Event()))
    wake_up.set()
    relay.start()
    bearer = {"headers": {"Authorization": f"Bearer {me.bearer}"}}
    making = [
        (
            "POST",
            "/users/me/tokens",
            {**bearer, "json": {"name": f"t{n}", "scopes": ["read"], "current_password": SIGNING_IN["password"]}},
        )
        for n in range(4)
    ]
    signing_in = [("POST", "/session", {"json": SIGNING_IN})] * 4
    assert auth.at_once(*making, *signing_in) == [201] * 8
    eventually(lambda: {event.type for event in told} == set(TOLD))
    relay.stop()
    assert len(me.call("GET", "/users/me/tokens").json()["items"]) == 4
    assert len(me.call("GET", "/users/me/sessions").json()["items"]) == 5
    assert auth.made.service.outbox.claim(10) == []


def test_a_new_password_ends_a_simultaneous_sign_in(auth: Auth) -> None:
    me = Person(auth, auth.sign_up())
    change = {"current_password": MARIA["password"], "new_password": "seven paper lanterns"}
    changing = ("POST", "/users/me/password", {"headers": {"Authorization": f"Bearer {me.bearer}"}, "json": change})
    answers = auth.at_once(changing, *[("POST", "/session", {"json": SIGNING_IN})] * 4)
    assert answers.count(204) == 1
    assert set(answers) <= {201, 204, 401}
    assert [session["current"] for session in me.call("GET", "/users/me/sessions").json()["items"]] == [True]
    assert secret_in(auth.call("POST", "/session", json={**SIGNING_IN, "password": change["new_password"]}))
