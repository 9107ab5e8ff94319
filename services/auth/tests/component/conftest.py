"""Auth over a SQLite file. What must hold on every store is tested in tests/contract/test_auth_stores.py."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from auth.store.embedded import SqliteDocuments
from support.auth_service import Auth, Breaking, auths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make_auth(tmp_path: Path) -> Iterator[Callable[..., Auth]]:
    """Make auth with some settings."""
    path = tmp_path / "auth.db"

    def rows() -> list[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT kind, user_id FROM document").fetchall()

    with auths(lambda ring: SqliteDocuments(f"sqlite:///{path}", on_events=ring), rows, path) as make:
        yield make


@pytest.fixture
def auth(make_auth: Callable[..., Auth]) -> Auth:
    """Auth with wide rate limits."""
    return make_auth()


@pytest.fixture
def breaking(make_auth: Callable[..., Auth]) -> Auth:
    """Auth over a store that goes away after `documents.writes_left` more writes."""
    return make_auth(Breaking)
