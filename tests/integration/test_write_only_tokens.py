"""What a write-only access token can do, and what it is shown."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from testing.clients.client import Person

SPENT = {"amount": {"amount": "7.00", "currency": "EUR"}, "spent_on": "2026-11-01"}
FILE = {"file": ("a.csv", b"Date,Payee,Amount\n2026-11-01,Bakery,-3.00\n", "text/csv")}

WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "expenses", {"json": SPENT}),
    ("POST", "categories", {"json": {"name": "Food"}}),
    ("POST", "budgets", {"json": {"name": "All", "amount": {"amount": "10.00", "currency": "EUR"}}}),
    ("POST", "imports", {"files": FILE}),
    ("POST", "imports/preview", {"files": FILE}),
]


@pytest.fixture
def person(outlay) -> Person:
    return Person(outlay.url)


@pytest.fixture
def script(person: Person):
    token = person.access_token(name="script", scopes=["write"])["token"]
    with httpx.Client(base_url=person.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=[f"{method} {path}" for method, path, _ in WRITES])
def test_a_write_succeeds_and_shows_nothing(script: httpx.Client, method: str, path: str, body: dict[str, Any]) -> None:
    answer = script.request(method, path, **body)
    assert (answer.status_code, answer.content) == (204, b""), answer.text
    assert "content-type" not in answer.headers


def test_a_retried_request_is_stored_once(person: Person, script: httpx.Client) -> None:
    answers = [script.post("expenses", json=SPENT, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert len(person.read("expenses")["items"]) == 1


def test_the_profile_is_changed(person: Person, script: httpx.Client) -> None:
    answer = script.patch("users/me", json={"name": "Ida"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 204, answer.text
    assert person.read("users/me")["name"] == "Ida"


def test_mails_of_development_are_not_shown_to_a_token(script: httpx.Client) -> None:
    assert script.get("dev/mails").status_code == 403
