"""Every operation is called with ids of another person."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from chassis.web.spec import load_spec, operations
from testing.clients.client import PASSWORD, Person
from testing.fakes.pictures import a_jpeg, a_pdf
from testing.waiting import eventually

SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant")

BODIES: dict[str, Any] = {
    "changeExpense": {"note": "mine now"},
    "changeCategory": {"name": "Mine now"},
    "changeBudget": {"name": "Mine now"},
    "changeAlert": {"read": True},
}
FILES: dict[str, Any] = {"addReceipt": {"file": ("a.pdf", a_pdf(), "application/pdf")}}
# These name a mailed secret, not a row; they are tried with wrong secrets below.
BY_SECRET = {"resetPassword", "verifyEmail", "showUnsubscribePage", "turnMailsOff"}


def with_ids() -> list[tuple[str, str, str]]:
    """Every public operation whose path has an id: (operationId, method, path)."""
    return [
        (operation["operationId"], method, path)
        for service in SERVICES
        for path, method, operation in operations(load_spec(service))
        if "{" in path and operation["operationId"] not in BY_SECRET
    ]


@pytest.fixture(scope="module")
def owned(outlay) -> tuple[Person, dict[str, str]]:
    """A person with one resource of each kind: parameter name to id."""
    owner = Person(outlay.url)
    category = owner.made("categories", name="Food")
    budget = owner.budget("1.00", category_ids=[category["id"]])
    expense = owner.spend("5.00", category_id=category["id"], payee="Secret Payee")
    day = expense["spent_on"]
    imported = owner.post("imports", files={"file": ("a.csv", f"Date,Payee,Amount\n{day},Secret Shop,-3.00\n", "text/csv")}).json()
    token = owner.access_token(name="script", scopes=["read"])
    session = owner.read("session")
    receipt = owner.post(f"expenses/{expense['id']}/receipts", files={"file": ("Secret.jpg", a_jpeg(), "image/jpeg")}).json()
    alert = eventually(lambda: owner.read("alerts")["items"])[0]
    ids = {
        "category_id": category,
        "budget_id": budget,
        "expense_id": expense,
        "import_id": imported,
        "token_id": token,
        "session_id": session,
        "alert_id": alert,
        "receipt_id": receipt,
    }
    return owner, {name: thing["id"] for name, thing in ids.items()}


@pytest.mark.parametrize(("operation", "method", "path"), with_ids(), ids=[row[0] for row in with_ids()])
def test_a_stranger_finds_nothing(outlay, owned, operation, method, path) -> None:
    owner, ids = owned
    stranger = Person(outlay.url)
    theirs = re.sub(r"\{(\w+)\}", lambda match: ids[match.group(1)], path).lstrip("/")
    answer = stranger.request(method, theirs, json=BODIES.get(operation), files=FILES.get(operation), headers={"If-Match": '"1"'})
    assert answer.status_code == 404, answer.text
    assert "Secret" not in answer.text
    if not operation.startswith("revoke"):
        assert owner.get(theirs.removesuffix("/restore").removesuffix("/correction")).status_code == 200, "it is still the owner's"


def test_lists_and_sums_show_only_the_callers_own(outlay, owned) -> None:
    stranger = Person(outlay.url)
    for path in ("expenses", "categories", "budgets", "imports", "alerts", "users/me/tokens"):
        assert stranger.read(path)["items"] == [], path
    assert stranger.read("summary", by="payee")["items"] == []
    assert "Secret" not in stranger.get("exports/expenses.csv").text
    assert stranger.get("exports/expenses.json").json() == []


def test_anothers_category_cannot_be_used(outlay, owned) -> None:
    _owner, ids = owned
    stranger = Person(outlay.url)
    body = {"amount": {"amount": "1.00", "currency": "EUR"}, "spent_on": "2026-01-01", "category_id": ids["category_id"]}
    assert stranger.post("expenses", json=body).status_code == 422


def test_nothing_works_without_a_session(outlay) -> None:
    for service in SERVICES:
        for path, method, operation in operations(load_spec(service)):
            if operation.get("security") == [] or operation.get("x-internal"):
                continue
            filled = re.sub(r"\{\w+\}", "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11", path)
            answer = httpx.request(method, f"{outlay.url}/api/v1{filled}", timeout=60)
            assert answer.status_code == 401, operation["operationId"]


def test_internal_operations_are_not_served_outside(outlay) -> None:
    assert httpx.get(f"{outlay.url}/api/v1/internal/jwks", timeout=60).status_code == 404
    assert httpx.post(f"{outlay.url}/api/v1/internal/tokens", json={"secret": "x"}, timeout=60).status_code == 404


def test_guessed_secrets_give_no_access(outlay) -> None:
    assert httpx.put(f"{outlay.url}/api/v1/password-resets/guess", json={"password": PASSWORD}, timeout=60).status_code == 404
    assert httpx.put(f"{outlay.url}/api/v1/email-verifications/guess", timeout=60).status_code == 404
    click = {"List-Unsubscribe": "One-Click"}
    assert httpx.post(f"{outlay.url}/api/v1/unsubscribe/guess", data=click, timeout=60).status_code == 404
    assert httpx.get(f"{outlay.url}/api/v1/expenses", headers={"Cookie": "session=guess"}, timeout=60).status_code == 401
    assert (
        httpx.get(f"{outlay.url}/api/v1/expenses", headers={"Authorization": "Bearer outlay_pat_guess"}, timeout=60).status_code
        == 401
    )
