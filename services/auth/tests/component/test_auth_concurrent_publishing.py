"""The relay publishes while users change."""

from __future__ import annotations

import threading

from chassis.messaging.relay import Relay
from chassis.runtime.metrics import Metrics

MANY = 1_000_000
PASSWORD = "violet umbrella kitchen"


def test_profiles_can_change_while_the_relay_publishes(make_auth):
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
    assert len(set(sent)) == 33
    assert auth.documents.pending(limit=10) == []
