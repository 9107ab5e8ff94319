"""Events say whose book they are about."""

from __future__ import annotations

import pytest

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
