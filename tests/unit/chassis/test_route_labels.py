"""Metrics are labelled by operation and not by path: there are few, and they contain nothing personal."""

from __future__ import annotations

import pytest

from chassis.web.routes import OTHER, Routes
from chassis.web.spec import load_spec

ROUTES = Routes([load_spec("expenses"), {"paths": {"/things/{id}": {}, "/things/all": {}}}])


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v1/expenses", "/expenses"),
        ("/api/v1/expenses/0192-abc", "/expenses/{expense_id}"),
        ("/api/v1/things/all", "/things/all"),
        ("/api/v1/things/1", "/things/{id}"),
        ("/api/v1/things/1/2", OTHER),
        ("/api/v1/unknown", OTHER),
        ("/expenses", OTHER),
        ("/", OTHER),
    ],
)
def test_a_path_is_counted_for_its_operation(path: str, route: str) -> None:
    assert ROUTES.of(path) == route


def test_without_a_document_every_path_has_one_label() -> None:
    assert Routes().of("/api/v1/expenses") == OTHER
