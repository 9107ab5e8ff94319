"""Units of work on documents, with the verbs of chassis.storage.unit_of_work.

A document store has no transaction over several documents. So a unit of work covers one document: it is loaded, changed, and saved
together with the events that report the change. The revision makes sure that nobody else changed it meanwhile; if somebody did,
the document is loaded again and the action is repeated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from auth.errors import RevisionConflictError
from auth.store.document import Document, PendingEvent
from auth.store.ports import Documents, Now
from chassis.messaging.events import MakeEvent
from chassis.runtime.retry import retry_on

T = TypeVar("T")

ATTEMPTS = 12
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.3


class DocumentUnitOfWork:
    """One document: loaded, changed and saved with its events, or not at all."""

    def __init__(self, document: Document | None, *, make_event: MakeEvent, now: Now) -> None:
        self.document = document
        """As it was loaded, None if there is none; after the commit as it was saved."""
        self._make_event, self._now = make_event, now
        self._next: Document | None = None
        self._events: list[PendingEvent] = []
        self._deleted = False

    @property
    def published(self) -> int:
        """The number of events that this unit of work publishes."""
        return len(self._events)

    def save(self, document: Document) -> None:
        """Save this state of the document at the end."""
        self._next = document

    def delete(self) -> None:
        """Delete the document at the end."""
        self._deleted = True

    def publish(self, kind: str, subject: str, data: Mapping[str, Any]) -> None:
        """Publish an event once the document is saved."""
        event = self._make_event(kind, subject, data)
        self._events.append(PendingEvent(id=event.id, at=self._now(), text=event.to_json()))

    def commit(self, documents: Documents) -> None:
        """Save or delete the document; the store does it after the action. Raises RevisionConflictError."""
        if self._deleted and self.document is not None:
            documents.delete(self.document)
        elif self._next is not None:
            self.document = documents.save(self._next.with_events(*self._events))


class DocumentStore:
    """Carries out units of work on the documents of a store."""

    def __init__(
        self, documents: Documents, *, make_event: MakeEvent, now: Now, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`sleep` waits between two attempts."""
        self._documents, self._make_event, self._now, self._sleep = documents, make_event, now, sleep

    def get(self, document_id: str) -> Document | None:
        return self._documents.get(document_id)

    def create(self, document: Document) -> Document:
        """Save a new document; raises RevisionConflictError if there is one with this id."""
        return self._documents.save(replace(document, revision=""))

    def run(
        self,
        document_id: str,
        action: Callable[[DocumentUnitOfWork], T],
        *,
        loaded: Document | None = None,
        attempts: int = ATTEMPTS,
    ) -> T:
        """Carry out an action on a document, and again on its newer state if somebody else saved it first.

        The first attempt takes the document as the caller has `loaded` it, if given. The action must have no effect outside the
        unit of work. After a conflict the next attempt waits for a random time, so that many who change one document take turns.

        Raises:
            RevisionConflictError: if others were faster each time.
        """
        known = [loaded] if loaded is not None else []

        def attempt() -> T:
            unit = DocumentUnitOfWork(
                known.pop() if known else self._documents.get(document_id), make_event=self._make_event, now=self._now
            )
            result = action(unit)
            unit.commit(self._documents)
            return result

        pauses = [min(_FIRST_PAUSE * 2**number, _LONGEST_PAUSE) for number in range(attempts - 1)]
        return retry_on(RevisionConflictError, pauses=pauses, jitter=True, sleep=self._sleep)(attempt)
