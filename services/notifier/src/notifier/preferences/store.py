"""The rows of preferences."""

from __future__ import annotations

import dataclasses
import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from chassis.storage.prepared import Prepared
from notifier import tables as t
from notifier.preferences.model import DEFAULT_PREFERENCES, AlertKind, Channels, Preferences, StaleVersionError

_GET = Prepared(sa.select(t.preference.c.channels, t.preference.c.version).where(t.preference.c.user_id == sa.bindparam("of_user")))


class PreferenceRepository:
    """Preferences within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: str) -> Preferences:
        """Return a person's preferences, or the defaults."""
        row = _GET.first(self._connection, of_user=user_id)
        if row is None:
            return DEFAULT_PREFERENCES
        channels, version = row
        return Preferences({AlertKind(kind): Channels(**entry) for kind, entry in json.loads(channels).items()}, version)

    def replace(self, user_id: str, preferences: Preferences) -> None:
        """Store preferences as the version after `preferences.version`; raises StaleVersionError."""
        channels = {kind: dataclasses.asdict(entry) for kind, entry in preferences.channels.items()}
        row = {"user_id": user_id, "version": preferences.version + 1, "channels": json.dumps(channels)}
        if preferences.version == DEFAULT_PREFERENCES.version:
            self._insert(row)
            return
        same = sa.and_(t.preference.c.user_id == user_id, t.preference.c.version == preferences.version)
        if self._connection.execute(t.preference.update().where(same).values(row)).rowcount == 0:
            raise StaleVersionError(self.get(user_id).version)

    def _insert(self, row: dict[str, object]) -> None:
        try:
            self._connection.execute(t.preference.insert(), row)
        except IntegrityError as error:  # another request was faster
            raise StaleVersionError(DEFAULT_PREFERENCES.version + 1) from error
