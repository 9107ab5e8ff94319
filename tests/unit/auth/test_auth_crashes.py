"""Whatever is interrupted in the middle heals: every write may be the last one before the power goes."""

from __future__ import annotations

import threading

import pytest

from chassis.messaging.relay import Relay
from chassis.runtime.metrics import Metrics

MANY = 1_000_000
PASSWORD = "violet umbrella kitchen"


@pytest.mark.parametrize("writes", range(2))
def test_signing_up_may_be_interrupted_anywhere(breaking, writes):
    maria = {"email": "maria@example.org", "password": PASSWORD, "name": "Maria"}
    breaking.documents.writes_left = writes
    assert breaking.send("POST", "/users", json=maria).status_code == 503
    breaking.documents.writes_left = MANY
    assert breaking.send("POST", "/users", json=maria).status_code == 201
    assert breaking.sign_in().status_code == 201
    assert [event.type for event in breaking.events()] == ["user.registered", "user.verification_requested"]


@pytest.mark.parametrize("writes", range(4))
def test_a_change_of_address_may_be_interrupted_anywhere(breaking, writes):
    secret = breaking.sign_up()
    body = {"email": "new@example.org", "current_password": PASSWORD}
    changing = breaking.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json=body)
    assert changing.status_code == 200
    link = breaking.mailed_token("user.verification_requested")
    breaking.documents.writes_left = writes
    breaking.send("PUT", f"/email-verifications/{link}")
    breaking.documents.writes_left = MANY
    old, new = breaking.sign_in().status_code, breaking.sign_in(email="new@example.org").status_code
    assert {old, new} == {201, 401}
    if old == 201:
        assert breaking.send("PUT", f"/email-verifications/{link}").status_code == 204
    assert breaking.sign_in(email="new@example.org").status_code == 201
    breaking.now.ahead = 61
    breaking.sign_up()


@pytest.mark.parametrize("writes", range(2))
def test_another_password_ends_all_other_sessions_in_the_same_write_or_nothing_happens(breaking, writes):
    secret, others = breaking.sign_up(), [breaking.sign_in() for _ in range(2)]
    secrets = [other.headers["Set-Cookie"].partition("=")[2].partition(";")[0] for other in others]
    bearer = {"Authorization": f"Bearer {breaking.made.exchange(secret)[0]['auth']}"}
    body = {"current_password": PASSWORD, "new_password": "seven paper lanterns"}
    breaking.documents.writes_left = writes
    changed = breaking.send("POST", "/users/me/password", headers=bearer, json=body)
    assert changed.status_code == (204 if writes else 503)
    secret = changed.headers["Set-Cookie"].partition("=")[2].partition(";")[0] if writes else secret
    breaking.documents.writes_left = MANY
    for other in secrets:
        assert breaking.send("POST", "/internal/tokens", json={"secret": other}).status_code == (401 if writes else 200)
    assert breaking.send("POST", "/internal/tokens", json={"secret": secret}).status_code == 200
    assert breaking.sign_in().status_code == (401 if writes else 201)


def test_people_change_themselves_while_the_relay_sends(make_auth):
    auth = make_auth()
    secret, sent = auth.sign_up(), []
    relay = Relay(
        "auth", auth.made.service.outbox, lambda events: sent.extend(event.id for event in events), Metrics(), wake_up=auth.wake_up
    )
    relay.start()
    for version in range(1, 31):
        headers = {"If-Match": f'"{version}"'}
        assert auth.call("PATCH", "/users/me", secret=secret, headers=headers, json={"name": f"Maria {version}"}).status_code == 200
    done = threading.Event()
    for _ in range(200):
        if auth.made.service.outbox.oldest_seconds() == 0:
            break
        done.wait(0.02)
    relay.stop()
    assert len(set(sent)) == 32
    assert auth.documents.pending(limit=10) == []
