"""The size of a user's document: Cloudant accepts 1 MB at most."""

from __future__ import annotations

import json

from auth.access_tokens.service import MOST_TOKENS
from auth.store.cloudant.documents import to_json
from auth.users.model import MOST_SESSIONS
from auth.users.unit_of_work import MOST_PENDING_EVENTS

LONGEST = 100
MEGABYTE = 1_000_000


def test_a_full_user_document_is_far_below_the_limit(auth):
    """JSON writes an emoji with twelve letters, and twice as many inside an event."""
    secret = auth.sign_up(name="🎈" * LONGEST)
    user = auth.sign_in().json()
    credentials = {"email": "maria@example.org", "password": "violet umbrella kitchen"}
    for _ in range(MOST_SESSIONS - 2):
        auth.send("POST", "/session", json=credentials, headers={"User-Agent": "é".encode("latin-1") * 1000})
    for _ in range(MOST_TOKENS):
        body = {"name": "🎈" * LONGEST, "scopes": ["read", "write"], "current_password": "violet umbrella kitchen"}
        assert auth.call("POST", "/users/me/tokens", secret=secret, json=body).status_code == 201
    usual = size_of(auth, user["id"])
    for version in range(1, MOST_PENDING_EVENTS - 2):
        change = {"name": f"{'🎈' * (LONGEST - 3)}{version:03}"}
        assert auth.call("PATCH", "/users/me", secret=secret, headers={"If-Match": f'"{version}"'}, json=change).status_code == 200
    document = auth.documents.get(f"user:{user['id']}")
    assert [len(document.body[kind]) for kind in ("sessions", "tokens")] == [MOST_SESSIONS, MOST_TOKENS]
    assert len(document.outbox) == MOST_PENDING_EVENTS
    assert usual < MEGABYTE / 5
    assert size_of(auth, user["id"]) < MEGABYTE * 0.7


def size_of(auth, user_id: str) -> int:
    return len(json.dumps(to_json(auth.documents.get(f"user:{user_id}"))))
