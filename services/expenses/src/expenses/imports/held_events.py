"""Events of an import that is running: published once all of its rows are in, dropped if it fails."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.messaging.events import Event
from chassis.storage.outbox import add_written_events
from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.tables import chassis
from expenses.tables import held_event as t

_EVENTS = 20
"""Events that one transaction moves: some 2 MB."""
_INSERT = Prepared(t.insert(), "owner", "id", "body")


class HeldEventRepository:
    """Held events within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, book: Book, event: Event) -> None:
        """Keep an event until it is published or dropped."""
        _INSERT.run(self._connection, owner=book.number, id=event.id, body=event.to_json())

    def publish_some(self, book: Book) -> int:
        """Move the oldest events to the outbox, a few megabytes at most; return how many."""
        query = sa.select(t.c.id, t.c.body).where(t.c.owner == book.number)
        oldest = self._connection.execute(query.order_by(t.c.id).limit(_EVENTS)).all()
        add_written_events(self._connection, chassis.outbox, [(event_id, body) for event_id, body in oldest])
        return self._delete(book, [event_id for event_id, _ in oldest])

    def drop_some(self, book: Book) -> int:
        """Delete some of the events; return how many."""
        query = sa.select(t.c.id).where(t.c.owner == book.number).order_by(t.c.id).limit(_EVENTS)
        return self._delete(book, self._connection.execute(query).scalars().all())

    def _delete(self, book: Book, ids: Sequence[str]) -> int:
        if ids:
            self._connection.execute(t.delete().where(t.c.owner == book.number, t.c.id.in_(ids)))
        return len(ids)
