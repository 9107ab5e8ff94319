"""What auth does, on a real server of CouchDB's API: the tests of sessions, tokens, links, leaving and crashes that run on SQLite too."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from auth.adapters.cloudant.address import cloudant_address
from auth.adapters.cloudant.documents import CloudantDocuments
from support.auth_alone import Auth, Breaking, auth_over
from unit.auth.test_auth_crashes import *  # noqa: F403  the tests themselves
from unit.auth.test_auth_leaving import *  # noqa: F403
from unit.auth.test_auth_recovery import *  # noqa: F403
from unit.auth.test_auth_sessions import *  # noqa: F403
from unit.auth.test_auth_tokens import *  # noqa: F403

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def make_auth(couch: str, tmp_path: Path) -> Any:
    """Make auth with some settings, all on one database."""
    made: list[Auth] = []
    database = f"test-{secrets.token_hex(8)}"

    def rows() -> list[tuple[str, str]]:
        found = httpx.get(f"{couch}/{database}/_all_docs", params={"include_docs": "true"}).json()["rows"]
        return [(row["doc"]["kind"], row["doc"]["user_id"]) for row in found if not row["id"].startswith("_")]

    def make(store: Callable[[Any], Any] = lambda documents: documents, **settings: Any) -> Auth:
        bell = threading.Event()
        address = cloudant_address(f"{couch.replace('http', 'cloudant', 1)}/{database}")
        documents = store(CloudantDocuments(address, on_events=bell.set))
        made.append(auth_over(documents, rows, tmp_path, bell, **settings))
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
