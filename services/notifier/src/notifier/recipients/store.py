"""The rows of recipients, of stopped addresses and of deleted accounts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared
from notifier import tables as t
from notifier.delivery.model import MailStop
from notifier.recipients.model import Recipient

_REASON_LENGTH = 250
_FACTS = [field.name for field in dataclasses.fields(Recipient) if field.name != "verified"]
_COLUMNS = [t.recipient.c[name] for name in (*_FACTS, "unverified_version")]
_THEIRS = t.recipient.c.user_id == sa.bindparam("of_user")
_LOCK = Prepared(t.recipient.update().where(_THEIRS).values(turn=t.recipient.c.turn + 1))
_FIND = Prepared(sa.select(*_COLUMNS).where(_THEIRS))


class RecipientRepository:
    """Recipients within one transaction."""

    def __init__(self, connection: Connection, *, now_ms: Callable[[], int]) -> None:
        """`now_ms` is the machine's time."""
        self._connection, self._now_ms = connection, now_ms

    def lock(self, user_id: str) -> None:
        """Lock a person's row until commit, if there is one. It must be the first statement of a transaction."""
        # An update locks the row in every dialect. It comes before any read, or MySQL would keep reading the state from before
        # the lock was free.
        _LOCK.run(self._connection, of_user=user_id)

    def find(self, user_id: str) -> Recipient | None:
        """Return a recipient; None before the first event about them."""
        row = _FIND.first(self._connection, of_user=user_id)
        if row is None:
            return None
        *values, unverified_version = row
        facts = dict(zip(_FACTS, values, strict=True))
        return Recipient(**facts, verified=unverified_version != facts["version"])

    def was_deleted(self, user_id: str) -> bool:
        query = sa.select(t.departed.c.user_id).where(t.departed.c.user_id == user_id)
        return self._connection.execute(query).first() is not None

    def save(self, recipient: Recipient) -> None:
        """Add or replace a recipient; an older version than the stored one changes nothing."""
        row = dataclasses.asdict(recipient)
        row["unverified_version"] = None if row.pop("verified") else recipient.version
        known = self.find(recipient.user_id)
        if known is None:
            with unless_raced():
                self._connection.execute(t.recipient.insert(), {**row, "turn": 0})
            return
        newer = sa.and_(t.recipient.c.user_id == recipient.user_id, t.recipient.c.version < recipient.version)
        self._connection.execute(t.recipient.update().where(newer).values(row))

    def stop_of(self, user_id: str) -> MailStop | None:
        """Return why emails to a person have stopped; None if they have not."""
        row = self._connection.execute(sa.select(t.mail_stop).where(t.mail_stop.c.user_id == user_id)).first()
        return MailStop(row.reason, t.from_ms(row.since_ms), bool(row.lifted)) if row else None

    def set_stop(self, user_id: str, stop: MailStop | None) -> None:
        """Store why emails to a person have stopped; None removes it."""
        theirs = t.mail_stop.c.user_id == user_id
        if stop is None:
            self._connection.execute(t.mail_stop.delete().where(theirs))
            return
        row = {"reason": stop.reason[:_REASON_LENGTH], "since_ms": t.to_ms(stop.since), "lifted": int(stop.lifted)}
        if self._connection.execute(t.mail_stop.update().where(theirs).values(row)).rowcount == 0:
            with unless_raced():
                self._connection.execute(t.mail_stop.insert(), {"user_id": user_id, **row})

    def erase(self, user_id: str) -> list[str]:
        """Delete everything about a person except the note that they left; return the ids of their emails."""
        mail_ids = self._connection.execute(sa.select(t.mail.c.id).where(t.mail.c.user_id == user_id)).scalars().all()
        for table in (t.mail, t.alert, t.recovery, t.preference, t.mail_stop, t.recipient, t.shared.replay):
            self._connection.execute(table.delete().where(table.c.user_id == user_id))
        if not self.was_deleted(user_id):
            with unless_raced():
                self._connection.execute(t.departed.insert(), {"user_id": user_id, "at_ms": self._now_ms()})
        return list(mail_ids)
