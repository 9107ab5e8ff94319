"""Recipients, departed accounts and preferences in tables."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from chassis.storage.database import unless_raced
from notifier.adapters.sql import tables as t
from notifier.domain.errors import StaleVersionError
from notifier.domain.mails import Stop
from notifier.domain.preferences import UNSAID, AlertKind, Channels, Preferences
from notifier.domain.recipients import Recipient

_REASON_LENGTH = 250
_FACTS = [field.name for field in dataclasses.fields(Recipient) if field.name != "verified"]
_COLUMNS = [t.recipient.c[name] for name in (*_FACTS, "unverified_version")]


class SqlRecipients:
    """The port Recipients within one transaction."""

    def __init__(self, connection: Connection, *, now_ms: Callable[[], int]) -> None:
        """Work in this transaction; `now_ms` is the machine's time."""
        self._connection, self._now_ms = connection, now_ms

    def find(self, user_id: str) -> Recipient | None:
        """Return somebody, or None if no event told of them yet."""
        row = self._connection.execute(sa.select(*_COLUMNS).where(t.recipient.c.user_id == user_id)).first()
        if row is None:
            return None
        facts = {name: getattr(row, name) for name in _FACTS}
        return Recipient(**facts, verified=row.unverified_version != row.version)

    def departed(self, user_id: str) -> bool:
        """Say whether this account was deleted."""
        query = sa.select(t.departed.c.user_id).where(t.departed.c.user_id == user_id)
        return self._connection.execute(query).first() is not None

    def keep(self, recipient: Recipient) -> None:
        """Add or replace; an older version than the kept one changes nothing."""
        row = dataclasses.asdict(recipient)
        row["unverified_version"] = None if row.pop("verified") else recipient.version
        known = self.find(recipient.user_id)
        if known is None:
            with unless_raced():
                self._connection.execute(t.recipient.insert(), {**row, "turn": 0})
            return
        newer = sa.and_(t.recipient.c.user_id == recipient.user_id, t.recipient.c.version < recipient.version)
        self._connection.execute(t.recipient.update().where(newer).values(row))

    def stop_of(self, user_id: str) -> Stop | None:
        """Return why mail to somebody's address has stopped, None if it has not."""
        row = self._connection.execute(sa.select(t.mail_stop).where(t.mail_stop.c.user_id == user_id)).first()
        return Stop(row.reason, t.from_ms(row.since_ms), bool(row.lifted)) if row else None

    def stop(self, user_id: str, stop: Stop | None) -> None:
        """Keep why mail to somebody's address has stopped; None to forget it."""
        mine = t.mail_stop.c.user_id == user_id
        if stop is None:
            self._connection.execute(t.mail_stop.delete().where(mine))
            return
        row = {"reason": stop.reason[:_REASON_LENGTH], "since_ms": t.to_ms(stop.since), "lifted": int(stop.lifted)}
        if self._connection.execute(t.mail_stop.update().where(mine).values(row)).rowcount == 0:
            with unless_raced():
                self._connection.execute(t.mail_stop.insert(), {"user_id": user_id, **row})

    def erase(self, user_id: str) -> list[str]:
        """Delete all that is kept of a person but the note that they left; return the ids of the mails they were sent."""
        mail_ids = self._connection.execute(sa.select(t.mail.c.id).where(t.mail.c.user_id == user_id)).scalars().all()
        for table in (t.mail, t.alert, t.recovery, t.preference, t.mail_stop, t.recipient, t.shared.replay):
            self._connection.execute(table.delete().where(table.c.user_id == user_id))
        if not self.departed(user_id):
            with unless_raced():
                self._connection.execute(t.departed.insert(), {"user_id": user_id, "at_ms": self._now_ms()})
        return list(mail_ids)


class SqlPreferences:
    """The port PreferenceStore within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work in this transaction."""
        self._connection = connection

    def of(self, user_id: str) -> Preferences:
        """Return somebody's preferences, the defaults if they never said anything."""
        query = sa.select(t.preference.c.channels, t.preference.c.version).where(t.preference.c.user_id == user_id)
        row = self._connection.execute(query).first()
        if row is None:
            return UNSAID
        channels = {AlertKind(kind): Channels(**entry) for kind, entry in json.loads(row.channels).items()}
        return Preferences(channels, row.version)

    def replace(self, user_id: str, preferences: Preferences) -> None:
        """Keep preferences as the version after `preferences.version`; raises StaleVersionError."""
        channels = {kind: dataclasses.asdict(entry) for kind, entry in preferences.channels.items()}
        row = {"user_id": user_id, "version": preferences.version + 1, "channels": json.dumps(channels)}
        if preferences.version == UNSAID.version:
            self._insert(row)
            return
        same = sa.and_(t.preference.c.user_id == user_id, t.preference.c.version == preferences.version)
        if self._connection.execute(t.preference.update().where(same).values(row)).rowcount == 0:
            raise StaleVersionError(self.of(user_id).version)

    def _insert(self, row: dict[str, object]) -> None:
        try:
            self._connection.execute(t.preference.insert(), row)
        except IntegrityError as error:  # somebody else said it first
            raise StaleVersionError(UNSAID.version + 1) from error
