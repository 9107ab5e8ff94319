"""Auth over a real SQLite file. What is here runs over Cloudant too: tests/contract/test_auth_suite_on_cloudant.py."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import pytest

from auth.adapters.sqlite import SqliteDocuments
from support.auth_alone import Auth, Breaking, auth_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def make_auth(tmp_path: Path) -> Any:
    """Make auth with some settings."""
    made: list[Auth] = []

    def rows() -> list[tuple[str, str]]:
        with sqlite3.connect(tmp_path / "auth.db") as connection:
            return connection.execute("SELECT kind, user_id FROM document").fetchall()

    def make(store: Callable[[Any], Any] = lambda documents: documents, **settings: Any) -> Auth:
        path, bell = tmp_path / "auth.db", threading.Event()
        documents = store(SqliteDocuments(f"sqlite:///{path}", on_events=bell.set))
        made.append(auth_over(documents, rows, path, bell, **settings))
        return made[-1]

    yield make
    for auth in made:
        auth.made.service.close()


@pytest.fixture
def auth(make_auth: Any) -> Auth:
    """Auth with wide rate limits."""
    return make_auth()


@pytest.fixture
def breaking(make_auth: Any) -> Auth:
    """Auth over a store that goes away after `documents.writes_left` more writes."""
    return make_auth(Breaking)
