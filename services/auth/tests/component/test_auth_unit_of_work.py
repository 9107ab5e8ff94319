"""The unit of work on a document: what a conflict repeats, and that a document and its events are saved together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from auth.errors import RevisionConflictError
from auth.store.document import Document
from auth.store.embedded import SqliteDocuments
from auth.store.unit_of_work import ATTEMPTS, DocumentStore, DocumentUnitOfWork
from chassis.messaging.events import event_maker
from chassis.runtime.ids import uuid7

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FRESH = Document(id="some:1", kind="some", body={"n": 0})


@pytest.fixture
def documents(tmp_path: Path) -> Iterator[SqliteDocuments]:
    documents = SqliteDocuments(f"sqlite:///{tmp_path}/auth.db")
    documents.migrate()
    yield documents
    documents.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def store(documents: SqliteDocuments, pauses: list[float]) -> DocumentStore:
    make_event = event_maker("auth", lambda: datetime(2026, 1, 1, tzinfo=UTC), uuid7)
    return DocumentStore(documents, make_event=make_event, now=lambda: 1_000.0, sleep=pauses.append)


def count_up(unit: DocumentUnitOfWork) -> int:
    document = unit.document or FRESH
    unit.save(replace(document, body={"n": document.body["n"] + 1}))
    return document.body["n"] + 1


def test_a_document_is_created_and_changed(documents, store) -> None:
    assert [store.run("some:1", count_up), store.run("some:1", count_up)] == [1, 2]
    assert documents.get("some:1").body == {"n": 2}


def test_a_conflict_repeats_the_action_on_the_newer_state(documents, store, pauses) -> None:
    store.run("some:1", count_up)
    outdated = documents.get("some:1")
    store.run("some:1", count_up)
    assert store.run("some:1", count_up, loaded=outdated) == 3
    assert len(pauses) == 1


def test_after_many_conflicts_it_gives_up(documents, store, pauses) -> None:
    def race(unit: DocumentUnitOfWork) -> None:
        documents.save(documents.get("some:1") or FRESH)
        count_up(unit)

    with pytest.raises(RevisionConflictError):
        store.run("some:1", race)
    assert len(pauses) == ATTEMPTS - 1
    assert max(pauses) <= 0.3


def test_events_are_saved_with_the_document_and_once(documents, store) -> None:
    def publish(unit: DocumentUnitOfWork) -> None:
        count_up(unit)
        unit.publish("user.deleted", "u", {"user_id": "u"})

    store.run("some:1", count_up)
    outdated = documents.get("some:1")
    store.run("some:1", count_up)
    store.run("some:1", publish, loaded=outdated)
    (event,) = documents.get("some:1").outbox
    assert (event.at, '"user.deleted"' in event.text) == (1_000.0, True)


def test_an_action_that_raises_saves_nothing(documents, store) -> None:
    def fail(unit: DocumentUnitOfWork) -> None:
        count_up(unit)
        message = "not this time"
        raise LookupError(message)

    with pytest.raises(LookupError):
        store.run("some:1", fail)
    assert documents.get("some:1") is None


def test_a_deletion_needs_the_revision_that_was_loaded(documents, store) -> None:
    store.run("some:1", count_up)
    outdated = documents.get("some:1")
    store.run("some:1", count_up)
    with pytest.raises(RevisionConflictError):
        store.run("some:1", DocumentUnitOfWork.delete, loaded=outdated, attempts=1)
    store.run("some:1", DocumentUnitOfWork.delete)
    assert documents.get("some:1") is None
    store.run("some:1", DocumentUnitOfWork.delete)
