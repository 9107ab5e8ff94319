"""Unit tests are fast because they use no HTTP, no SQL, no socket and no process: neither themselves nor what they import of ours."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT_TESTS = [
    path
    for folder in (*ROOT.glob("services/*/tests"), ROOT / "tests" / "unit")
    for path in sorted(folder.rglob("*.py"))
    if "component" not in path.parts
]
SHARED = (ROOT / "tests", ROOT / "libs" / "testing" / "src")
"""Where modules are that tests share."""

FORBIDDEN = (
    "alembic",
    "connexion",
    "flask",
    "http.client",
    "http.server",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "sqlalchemy",
    "sqlite3",
    "starlette.testclient",
    "subprocess",
    "urllib.request",
    "uvicorn",
    # ours that open a store, or build a web application
    "assistant.app",
    "auth.app",
    "auth.store.embedded",
    "budgets.app",
    "chassis.messaging.embedded",
    "chassis.storage.database",
    "chassis.web.app",
    "chassis.web.server",
    "expenses.app",
    "gateway.app",
    "notifier.app",
    "outlay.suite",
)
EXCEPTIONS = {"tests/unit/chassis/test_bindings.py": {"sqlalchemy"}}
"""This one reads the parts of a database's URL."""


@cache
def imports_of(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@cache
def shared_module(name: str) -> Path | None:
    places = (folder / f"{name.replace('.', '/')}.py" for folder in SHARED)
    return next((place for place in places if place.is_file()), None)


@cache
def forbidden_imports(path: Path) -> frozenset[str]:
    """Return what a module imports of FORBIDDEN, by itself or by the modules that tests share."""
    names = imports_of(path)
    found = {word for word in FORBIDDEN for name in names if name == word or name.startswith(f"{word}.")}
    return frozenset(found).union(*(forbidden_imports(module) for name in names if (module := shared_module(name))))


def test_there_is_something_to_look_at() -> None:
    assert len(UNIT_TESTS) > 50


@pytest.mark.parametrize("path", UNIT_TESTS, ids=lambda path: path.stem)
def test_unit_tests_use_no_http_sql_socket_or_process(path: Path) -> None:
    assert forbidden_imports(path) == EXCEPTIONS.get(path.relative_to(ROOT).as_posix(), set())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import sqlalchemy as sa", {"sqlalchemy"}),
        ("from starlette import testclient", {"starlette.testclient"}),
        ("from expenses.app import build", {"expenses.app"}),
        ("from support.asgi import call", {"httpx"}),
        ("from httpx_sse import connect", set()),
    ],
)
def test_a_forbidden_import_is_found(text: str, found: set[str], tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(text)
    assert forbidden_imports(tmp_path / "some.py") >= found
    assert bool(forbidden_imports(tmp_path / "some.py")) == bool(found)
