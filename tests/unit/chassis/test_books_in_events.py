"""Events say whose book they are about."""

from __future__ import annotations

import pytest

from chassis.messaging.delivery import is_about
from chassis.messaging.events import Event, event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7

USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
make = event_maker("/outlay/test", system_clock, uuid7)


def test_an_event_carries_the_book_beside_the_user() -> None:
    event = make("budget.removed", USER, {"user_id": USER, "budget_id": USER})
    assert event.data == {"book_id": USER, "user_id": USER, "budget_id": USER}
    assert event.book_id == USER


def test_an_event_may_be_about_another_book_than_the_users_own() -> None:
    assert make("budget.removed", USER, {"user_id": USER, "book_id": "b2"}).book_id == "b2"


def test_an_event_of_a_version_before_books_is_about_its_users_book() -> None:
    assert Event("e", "/outlay/x", "budget.removed", USER, "2026-11-30T10:00:00Z", {"user_id": USER}).book_id == USER


@pytest.mark.parametrize("kind", ["user.deleted", "user.access_revoked"])
def test_events_with_a_closed_schema_get_no_new_member_yet(kind: str) -> None:
    assert make(kind, USER, {"user_id": USER}).data == {"user_id": USER}


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        (make("budget.removed", USER, {"user_id": USER, "budget_id": "b"}).to_json(), True),
        (make("user.deleted", USER, {"user_id": USER}).to_json().encode(), True),
        (make("budget.removed", "b2", {"user_id": USER, "book_id": "b2", "budget_id": "b"}).to_json(), False),
        (make("budget.removed", "b2", {"user_id": "u2", "budget_id": "b"}).to_json(), False),
        (f"no event, but {USER}", True),
        (b"\xff", False),
    ],
)
def test_messages_about_a_deleted_account_are_its_own_alone(body: str | bytes, gone: bool) -> None:
    assert is_about(body, USER) is gone
