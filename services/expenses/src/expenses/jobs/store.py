"""Jobs of imports in SQL, and the events that wait for their end."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.messaging.events import MakeEvent
from chassis.runtime.clock import now_ms
from chassis.storage.outbox import add_written_events
from chassis.storage.prepared import Prepared
from expenses.entries.event_text import changes_event
from expenses.entries.model import Change
from expenses.jobs.model import Conversion, ImportJob
from expenses.ports import Owner, Who
from expenses.tables import chassis, held_event, import_job, import_mapping, person

_ALIVE_MS = 15_000
_EVENTS = 20
"""Events that are moved in one transaction: some 2 MB."""
_OF = Prepared(
    sa.select(
        import_job.c.import_id, import_job.c.state, import_job.c.categories, import_job.c.conversion, import_job.c.alive_until_ms
    ).where(import_job.c.owner == sa.bindparam("of_owner"))
)
_HOLD = Prepared(held_event.insert(), "owner", "id", "body")


class SqlImportJobs:
    """Jobs within one transaction."""

    def __init__(self, connection: Connection, make_event: MakeEvent) -> None:
        self._connection, self._make_event = connection, make_event

    def of(self, owner: Owner) -> ImportJob | None:
        """Return the owner's job."""
        row = _OF.first(self._connection, of_owner=owner.number)
        if row is None:
            return None
        import_id, state, categories, conversion, alive_until_ms = row
        return ImportJob(
            import_id,
            state,
            tuple(json.loads(categories)),
            alive=alive_until_ms >= now_ms(),
            conversion=Conversion(**json.loads(conversion)) if conversion else None,
        )

    def put(self, owner: Owner, job: ImportJob) -> None:
        """Store it in the place of the one before."""
        values = {
            "import_id": job.import_id,
            "state": job.state,
            "categories": json.dumps(job.categories),
            "conversion": json.dumps(vars(job.conversion)) if job.conversion else None,
            "alive_until_ms": now_ms() + _ALIVE_MS,
        }
        changed = self._connection.execute(import_job.update().where(import_job.c.owner == owner.number).values(values))
        if changed.rowcount == 0:
            self._connection.execute(import_job.insert(), {"owner": owner.number, **values})

    def remove(self, owner: Owner) -> None:
        """Delete it, and the events that still wait."""
        for table in (held_event, import_job):
            self._connection.execute(table.delete().where(table.c.owner == owner.number))

    def abandoned(self) -> list[Who]:
        """Return whose jobs nobody is at work on any more."""
        query = sa.select(person.c.user_id, person.c.home_currency).join(import_job, import_job.c.owner == person.c.number)
        return [Who(*row) for row in self._connection.execute(query.where(import_job.c.alive_until_ms < now_ms()))]

    def hold_changes(self, kind: str, owner: Owner, import_id: str | None, changes: Sequence[Change]) -> None:
        """Keep an event about changes until it is published or dropped."""
        event = changes_event(self._make_event, kind, owner.user_id, import_id=import_id, changes=changes, more={})
        _HOLD.run(self._connection, owner=owner.number, id=event.id, body=event.to_json())

    def publish_some(self, owner: Owner) -> int:
        """Hand the oldest events that wait to the outbox."""
        query = sa.select(held_event.c.id, held_event.c.body).where(held_event.c.owner == owner.number)
        oldest = self._connection.execute(query.order_by(held_event.c.id).limit(_EVENTS)).all()
        add_written_events(self._connection, chassis.outbox, [(event_id, body) for event_id, body in oldest])
        return self._delete(owner, [event_id for event_id, _ in oldest])

    def drop_some(self, owner: Owner) -> int:
        """Delete some of the events that wait."""
        query = sa.select(held_event.c.id).where(held_event.c.owner == owner.number).order_by(held_event.c.id).limit(_EVENTS)
        return self._delete(owner, self._connection.execute(query).scalars().all())

    def _delete(self, owner: Owner, ids: Sequence[str]) -> int:
        if ids:
            self._connection.execute(held_event.delete().where(held_event.c.owner == owner.number, held_event.c.id.in_(ids)))
        return len(ids)


def forget_ownerless(connection: Connection) -> None:
    """Delete what an older version, which does not know these tables, left of somebody whom it erased."""
    for table in (import_job, held_event, import_mapping):
        known = sa.exists().where(person.c.number == table.c.owner)
        connection.execute(table.delete().where(~known))
