"""What every document store and its outbox guarantee. Another store is one more parameter."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from auth.errors import RevisionConflictError
from auth.store.cloudant.documents import CloudantDocuments
from auth.store.document import Document, Lease, PendingEvent
from auth.store.embedded import SqliteDocuments
from auth.store.outbox import DocumentOutbox
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.storage.database import StoreUnavailableError
from support.couch_databases import a_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auth.store.ports import Documents

USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
rung: list[int] = []


@pytest.fixture(params=["sqlite", "cloudant"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Documents]:
    rung.clear()
    store: SqliteDocuments | CloudantDocuments
    if request.param == "sqlite":
        store = SqliteDocuments(f"sqlite:///{tmp_path}/documents.db", on_events=lambda: rung.append(1))
    else:
        store = CloudantDocuments(a_database(request.getfixturevalue("couch")), on_events=lambda: rung.append(1))
    store.migrate()
    store.migrate()
    yield store
    store.close()


def a_document(document_id: str = "some:1", *events: PendingEvent, **fields: object) -> Document:
    made = Document(id=document_id, kind="some", user_id=USER, body={"text": "Grüße 🎈", "deep": {"list": [1, None, 2.5]}})
    return replace(made, **fields).with_events(*events)


def an_event(at: float = 1_000.0) -> PendingEvent:
    event = Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user_id": USER})
    return PendingEvent(id=event.id, at=at, text=event.to_json())


class TestDocuments:
    def test_a_saved_document_is_read_unchanged(self, documents) -> None:
        lease = Lease(owner="a", until=5.5)
        saved = documents.save(a_document("some:1", an_event(), expires_at=12.5))
        saved = documents.save(replace(saved, lease=lease))
        assert documents.get("some:1") == saved
        assert (saved.lease, saved.expires_at, len(saved.outbox)) == (lease, 12.5, 1)
        assert saved.body["text"] == "Grüße 🎈"

    def test_a_missing_document_is_none(self, documents) -> None:
        assert documents.get("some:1") is None

    def test_pages_contain_every_document_once(self, documents) -> None:
        assert documents.after("", limit=2) == []
        ids = {"user:1", "email:2", "import", "signing-keys", "Zebra", "é:1", "user:10"}
        for document_id in ids:
            documents.save(a_document(document_id))
        found: list[str] = []
        while page := documents.after(found[-1] if found else "", limit=2):
            assert len(page) <= 2
            found += [document.id for document in page]
        assert sorted(found) == sorted(ids)

    def test_a_save_needs_the_current_revision(self, documents) -> None:
        first = documents.save(a_document())
        second = documents.save(replace(first, body={"n": 2}))
        assert second.revision != first.revision
        with pytest.raises(RevisionConflictError):
            documents.save(replace(first, body={"n": 3}))
        assert documents.get("some:1").body == {"n": 2}

    def test_a_document_is_created_once(self, documents) -> None:
        documents.save(a_document())
        with pytest.raises(RevisionConflictError):
            documents.save(a_document())

    def test_a_deletion_needs_the_current_revision(self, documents) -> None:
        first = documents.save(a_document())
        second = documents.save(first)
        with pytest.raises(RevisionConflictError):
            documents.delete(first)
        documents.delete(second)
        assert documents.get("some:1") is None
        for change in (documents.delete, documents.save):
            with pytest.raises(RevisionConflictError):
                change(second)

    def test_a_document_created_again_has_another_revision(self, documents) -> None:
        first = documents.save(a_document())
        documents.delete(first)
        documents.save(a_document())
        with pytest.raises(RevisionConflictError):
            documents.save(first)

    def test_one_of_many_simultaneous_saves_succeeds(self, documents) -> None:
        def succeeds(document: Document) -> bool:
            try:
                documents.save(document)
            except RevisionConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(succeeds, [a_document()] * 24)) == 1
            found = documents.get("some:1")
            assert sum(threads.map(succeeds, [found] * 24)) == 1

    def test_a_bulk_save_leaves_out_what_was_changed_meanwhile(self, documents) -> None:
        assert documents.save_all([]) == []
        first, second = documents.save_all([a_document("some:1"), a_document("some:2", an_event())])
        assert rung == [1]
        assert [documents.get("some:1"), documents.get("some:2")] == [first, second]
        newer = documents.save(replace(first, body={"n": 2}))
        saved = documents.save_all([replace(first, body={"n": 3}), replace(second, outbox=())])
        assert [document.id for document in saved] == ["some:2"]
        assert [documents.get("some:1"), documents.get("some:2")] == [newer, saved[0]]

    def test_expired_documents_are_found_earliest_first(self, documents) -> None:
        for number, expires_at in enumerate((30.0, 10.0, None, 20.0, 99.0)):
            documents.save(a_document(f"some:{number}", expires_at=expires_at))
        assert [found.id for found in documents.expired(50.0, limit=10)] == ["some:1", "some:3", "some:0"]
        assert [found.id for found in documents.expired(50.0, limit=1)] == ["some:1"]

    def test_documents_with_events_are_found_until_they_are_published(self, documents) -> None:
        documents.save(a_document("some:1"))
        later, sooner = (documents.save(a_document(f"some:{at}", an_event(at))) for at in (9.0, 4.0))
        assert [found.id for found in documents.pending(limit=10)] == [sooner.id, later.id]
        assert [found.id for found in documents.pending(limit=1)] == [sooner.id]
        documents.save(replace(sooner, outbox=()))
        assert [found.id for found in documents.pending(limit=10)] == [later.id]

    def test_only_unleased_events_wake_the_relay(self, documents) -> None:
        saved = documents.save(a_document())
        assert rung == []
        saved = documents.save(saved.with_events(an_event()))
        assert rung == [1]
        saved = documents.save(replace(saved, lease=Lease(owner="a", until=1.0)))
        assert rung == [1]
        documents.save(saved.with_events(an_event()))
        assert rung == [1, 1]

    def test_a_working_store_passes_the_check(self, documents) -> None:
        documents.check()


class TestOutbox:
    def test_events_are_claimed_in_order_and_removed_when_published(self, documents) -> None:
        events = [an_event() for _ in range(3)]
        documents.save(a_document("some:2", events[0], events[2]))
        documents.save(a_document("some:1", events[1]))
        outbox = DocumentOutbox(documents, owner="a")
        assert ids_of(outbox) == [event.id for event in events]
        outbox.mark_sent([events[0].id, events[1].id])
        assert ids_of(outbox) == [events[2].id]
        outbox.mark_sent([events[2].id])
        assert ids_of(outbox) == []
        assert documents.get("some:1").outbox == ()

    def test_claimed_events_belong_to_one_relay_until_the_lease_ends(self, documents) -> None:
        now = [1_000.0]
        one, two = (DocumentOutbox(documents, owner=name, now=lambda: now[0]) for name in "ab")
        event = an_event()
        documents.save(a_document("some:1", event))
        assert ids_of(one) == [event.id]
        assert ids_of(two) == []
        assert ids_of(one) == [event.id]
        now[0] += 30.1
        assert ids_of(two) == [event.id]

    def test_an_event_added_while_others_are_published_stays(self, documents) -> None:
        first, second = an_event(), an_event()
        documents.save(a_document("some:1", first))
        outbox = DocumentOutbox(documents, owner="a")
        assert ids_of(outbox) == [first.id]
        documents.save(documents.get("some:1").with_events(second))
        outbox.mark_sent([first.id])
        assert ids_of(outbox) == [second.id]

    def test_claiming_and_removing_wake_nobody(self, documents) -> None:
        documents.save(a_document("some:1", an_event(), an_event()))
        outbox = DocumentOutbox(documents, owner="a")
        claimed = ids_of(outbox)
        outbox.mark_sent(claimed[:1])
        assert rung == [1]

    def test_removing_events_of_a_deleted_document_is_harmless(self, documents) -> None:
        documents.save(a_document("some:1", an_event()))
        outbox = DocumentOutbox(documents, owner="a")
        claimed = ids_of(outbox)
        documents.delete(documents.get("some:1"))
        outbox.mark_sent([*claimed, "unknown"])

    def test_the_age_of_the_oldest_event_is_known(self, documents) -> None:
        outbox = DocumentOutbox(documents, owner="a", now=lambda: 100.0)
        assert outbox.oldest_seconds() == 0
        documents.save(a_document("some:1", an_event(at=90.0)))
        documents.save(a_document("some:2", an_event(at=70.0)))
        assert outbox.oldest_seconds() == 30


def ids_of(outbox: DocumentOutbox) -> list[str]:
    return [event.id for event in outbox.claim(100)]


def test_an_unreachable_store_raises(tmp_path) -> None:
    store = SqliteDocuments(f"sqlite:///{tmp_path}/missing/documents.db")
    with pytest.raises(StoreUnavailableError):
        store.check()
