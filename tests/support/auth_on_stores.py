"""Auth on each of its stores."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from auth.store.cloudant.documents import CloudantDocuments
from auth.store.embedded import SqliteDocuments
from support.auth_service import Auth, auths
from support.couch_databases import a_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def auths_on_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Auth]]:
    """Return a function that makes auth with some settings, all on the store that is the parameter of the test."""
    if request.param == "sqlite":
        path = tmp_path / "auth.db"

        def rows() -> list[tuple[str, str]]:
            with closing(sqlite3.connect(path)) as connection:
                return connection.execute("SELECT kind, user_id FROM document").fetchall()

        with auths(lambda ring: SqliteDocuments(f"sqlite:///{path}", on_events=ring), rows, path) as make:
            yield make
        return

    couch = request.getfixturevalue("couch")
    address = a_database(couch)

    def docs() -> list[tuple[str, str]]:
        found = httpx.get(f"{couch}/{address.database}/_all_docs", params={"include_docs": "true"}, timeout=60).json()["rows"]
        return [(row["doc"]["kind"], row["doc"]["user_id"]) for row in found if not row["id"].startswith("_")]

    with auths(lambda ring: CloudantDocuments(address, on_events=ring), docs, tmp_path) as make:
        yield make
