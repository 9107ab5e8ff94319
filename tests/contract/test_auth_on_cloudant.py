"""Auth on a real server with CouchDB's API, also while the server is unreachable."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from support.cloudant_auth import MARIA, Auth, auth_on, secret_in
from testing.servers.couch import Couch

if TYPE_CHECKING:
    from pathlib import Path

    from testing.servers.couch_door import Door


def test_signing_up_and_in_publishes_events(auth: Auth) -> None:
    auth.sign_up()
    assert auth.woken == [1]
    secret = secret_in(auth.call("POST", "/session", json={"email": MARIA["email"], "password": MARIA["password"]}))
    token = auth.token(secret)
    assert auth.call("GET", "/users/me", token=token).json()["name"] == "Maria"
    assert len(auth.call("GET", "/users/me/sessions", token=token).json()["items"]) == 2
    outbox = auth.made.service.outbox
    events = outbox.claim(10)
    assert [event.type for event in events] == ["user.registered", "book.changed", "user.verification_requested"]
    assert outbox.oldest_seconds() < 60
    outbox.mark_sent([event.id for event in events])
    assert outbox.claim(10) == []
    assert auth.call("DELETE", "/session", token=token).status_code == 204
    assert auth.call("POST", "/internal/tokens", json={"secret": secret}).status_code == 401


def test_a_deleted_account_is_gone(auth: Auth) -> None:
    secret = auth.sign_up()
    headers = {"X-Current-Password": "violet%20umbrella%20kitchen"}
    assert auth.call("DELETE", "/users/me", token=auth.token(secret), headers=headers).status_code == 204
    assert auth.call("POST", "/internal/tokens", json={"secret": secret}).status_code == 401
    outbox = auth.made.service.outbox
    events = outbox.claim(10)
    assert events[-1].type == "user.deleted"
    outbox.mark_sent([event.id for event in events])
    auth.made.service.clean_up()
    assert auth.sign_up()


def test_one_of_two_simultaneous_changes_succeeds(auth: Auth) -> None:
    given = {"json": MARIA}
    assert auth.at_once(("POST", "/users", given), ("POST", "/users", given)) == [201, 409]
    token = auth.token(secret_in(auth.call("POST", "/session", json={"email": MARIA["email"], "password": MARIA["password"]})))
    headers = {"Authorization": f"Bearer {token}", "If-Match": auth.call("GET", "/users/me", token=token).headers["ETag"]}
    changes = [("PATCH", "/users/me", {"headers": headers, "json": {"name": name}}) for name in ("Mary", "Marie", "Mariechen")]
    assert auth.at_once(*changes) == [200, 412, 412]


def test_an_outage_answers_503_and_ends_by_itself(tmp_path: Path) -> None:
    server = Couch(tmp_path / "couch")
    try:
        with auth_on(f"cloudant://127.0.0.1:{server.port}/outlay") as auth:
            assert auth.ready() == 503
            server.start()
            auth.made.service.migrate()
            assert auth.ready() == 200
            secret = auth.sign_up()
            token = auth.token(secret)
            server.kill()
            began = time.monotonic()
            for answer in (
                auth.call("GET", "/users/me", token=token),
                auth.call("POST", "/users", json={**MARIA, "email": "somebody@example.org"}),
            ):
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
                assert answer.headers["Content-Type"] == "application/problem+json"
            assert time.monotonic() - began < 8
            assert auth.ready() == 503
            server.start()
            assert auth.ready() == 200
            assert auth.call("GET", "/users/me", token=token).status_code == 200
            assert [event.type for event in auth.made.service.outbox.claim(10)] == [
                "user.registered",
                "book.changed",
                "user.verification_requested",
            ]
            assert auth.sign_up(email="somebody@example.org")
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("password", "migrated", "said"),
    [
        ("right", True, "ok     store .* its documents are of version 1"),
        ("right", False, "there is no database .*; run `python -m auth migrate`"),
        ("wr0ng-one", True, "refuses the user .*: check"),
    ],
)
def test_the_check_says_what_is_wrong_with_a_store(password: str, migrated: bool, said: str, door: Door) -> None:
    store = door.address(f"test-{secrets.token_hex(8)}", user=door.user)
    if migrated:
        with auth_on(store.replace(f"{door.user}@", "")) as auth:
            auth.made.service.migrate()
    door.way_in = "basic"
    given = {"AUTH_STORE": store, "AUTH_STORE_PASSWORD": password.replace("right", door.password), "OUTLAY_DATA_KEY": "00" * 32}
    command = [sys.executable, "-m", "auth", "check"]
    ran = subprocess.run(
        command, env={**os.environ, **given, "PYTHONWARNINGS": "ignore"}, check=False, capture_output=True, text=True
    )
    assert ran.returncode == (0 if password == "right" and migrated else 1)
    assert re.search(said, ran.stdout + ran.stderr)
    assert given["AUTH_STORE_PASSWORD"] not in ran.stdout + ran.stderr
