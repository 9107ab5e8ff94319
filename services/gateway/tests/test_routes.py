"""Which service a path belongs to, and who may send requests to it."""

from __future__ import annotations

import pytest

from chassis.web.spec import load_spec
from gateway.routes import RouteClashError, first_part, routes_of
from testing.fakes.echo_services import SERVICES


def test_a_path_with_dot_segments_has_no_service() -> None:
    assert first_part("/api/v1/users/../internal/tokens") is None
    assert first_part("/api/v1/./expenses") is None
    assert first_part("/api/v1/expenses/a..b") == "expenses"


def test_two_services_cannot_claim_the_same_paths() -> None:
    with pytest.raises(RouteClashError):
        routes_of({"a": {"paths": {"/x": {}}}, "b": {"paths": {"/x/{id}": {}}}})


def test_only_marked_operations_may_come_from_anywhere() -> None:
    routes = routes_of({name: load_spec(name) for name in SERVICES})
    assert {part for part, route in routes.items() if route.from_anywhere} == {"hooks", "unsubscribe"}


def test_a_first_part_is_open_to_any_sender_entirely_or_not_at_all() -> None:
    with pytest.raises(RouteClashError):
        routes_of({"a": {"paths": {"/x": {"get": {"x-from-anywhere": True}}, "/x/{id}": {"get": {}}}}})
