"""Exceptions become problem responses."""

from __future__ import annotations

from chassis.runtime.problems import UnavailableError, body_of


class CupboardEmptyError(Exception):
    """The cupboard is empty.

    More about it.
    """


def test_a_services_own_exception_becomes_a_problem() -> None:
    status, body, _headers = body_of(CupboardEmptyError("Buy something."), {CupboardEmptyError: 409}, "r1")
    assert (status, body["type"], body["title"], body["detail"]) == (
        409,
        "/problems/cupboard-empty",
        "The cupboard is empty",
        "Buy something.",
    )


def test_an_unexpected_exception_reveals_nothing() -> None:
    assert body_of(RuntimeError("password=hunter2"), {}, "r1") == (
        500,
        {"type": "/problems/internal", "title": "Internal server error", "status": 500, "instance": "r1"},
        {},
    )


def test_a_problem_keeps_its_headers() -> None:
    assert body_of(UnavailableError("later", headers={"Retry-After": "5"}), {}, "")[2] == {"Retry-After": "5"}
