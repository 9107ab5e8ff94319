"""The outbox of a document store, whose events are inside the documents that they report on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from auth.errors import RevisionConflictError
from auth.store.document import Document, Lease
from auth.store.ports import Documents
from chassis.messaging.events import Event
from chassis.messaging.relay import LEASE_SECONDS

_ATTEMPTS = 20


class DocumentOutbox:
    """Leases documents with events to one relay at a time, by saving the lease in them."""

    def __init__(self, documents: Documents, *, owner: str, now: Callable[[], float] = time.time) -> None:
        """`owner` names this relay: what it claimed before it crashed is its own again at once."""
        self._documents, self._owner, self._now = documents, owner, now
        self._leased: dict[str, Document] = {}

    def claim(self, limit: int) -> list[Event]:
        """Return unpublished events, oldest first, which no other relay gets for the length of a lease."""
        now = self._now()
        lease = Lease(owner=self._owner, until=now + LEASE_SECONDS)
        free = [document for document in self._documents.pending(limit=limit) if self._may_claim(document, now)]
        # One that is not saved was changed by somebody who wakes the relay again, or by another relay.
        leased = self._documents.save_all([replace(document, lease=lease) for document in free])
        stored = sorted(((event, document) for document in leased for event in document.outbox), key=lambda pair: pair[0].id)
        self._leased = {event.id: document for event, document in stored}
        return [Event.from_trusted_json(event.text) for event, _document in stored]

    def mark_sent(self, ids: Sequence[str]) -> None:
        """Remove events that the bus has confirmed."""
        sent = set(ids)
        documents = {self._leased[event_id].id: self._leased[event_id] for event_id in ids if event_id in self._leased}
        saved = {document.id for document in self._documents.save_all([_without(sent, each) for each in documents.values()])}
        for document_id in documents.keys() - saved:
            self._remove(document_id, sent)

    def oldest_seconds(self) -> float:
        waiting = self._documents.pending(limit=1)
        return max(0.0, self._now() - waiting[0].outbox[0].at) if waiting else 0.0

    def _may_claim(self, document: Document, now: float) -> bool:
        lease = document.lease
        return lease is None or lease.owner == self._owner or lease.until <= now

    def _remove(self, document_id: str, sent: set[str]) -> None:
        """Remove events from a document that was changed since it was leased."""
        for _ in range(_ATTEMPTS):
            document = self._documents.get(document_id)
            if document is None:
                return
            try:
                self._documents.save(_without(sent, document))
            except RevisionConflictError:
                continue
            return


def _without(sent: set[str], document: Document) -> Document:
    left = tuple(event for event in document.outbox if event.id not in sent)
    return replace(document, outbox=left, lease=document.lease if left else None)
