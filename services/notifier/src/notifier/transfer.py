"""What `outlay export` and `outlay import` carry over from the notifier."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.transfer import ServiceData, TransferPart
from chassis.storage.transfer_rows import InboxMark, TablePart, instant, later, plain, shared_parts, unsent
from notifier import tables as t
from notifier.delivery.store import PENDING
from notifier.settings import NotifierSettings

_HOLDING_TIMES = {name: later(instant(name)) for name in ("held_ms", "released_ms")}
_UNCLAIMED = {"claimed_by": None, "claimed_until_ms": 0, "attempted_ms": None}


def data_of(settings: NotifierSettings) -> ServiceData:
    """Return the data in the store that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return ServiceData(
        name="notifier",
        parts=_parts(database),
        import_mark=InboxMark(database, t.shared.inbox),
        pending=lambda: _pending(database),
        migrate=lambda: migrate(database, "notifier", importing=True),
        close=database.close,
    )


def _parts(database: Database) -> tuple[TransferPart, ...]:
    """Return all tables: pending emails are sent from the new store, and sent ones are not sent again."""
    return (
        TablePart(database, t.recipient, values={"unverified_version": later(plain("unverified_version"))}),
        TablePart(database, t.departed),
        TablePart(database, t.preference),
        TablePart(database, t.alert),
        TablePart(database, t.recovery),
        TablePart(database, t.mail, values=_HOLDING_TIMES, given=_UNCLAIMED),
        TablePart(database, t.mail_stop),
        TablePart(database, t.mail_report),
        *shared_parts(database, t.shared),
    )


def _pending(database: Database) -> list[str]:
    """Return what is unfinished: unpublished events, and emails that the provider may or may not have accepted.

    Another provider could not be asked about these, so they stay until their outcome is known.
    """
    query = sa.select(sa.func.count()).select_from(t.mail).where(PENDING, t.mail.c.attempted_ms.is_not(None))
    with database.read() as connection:
        uncertain = connection.execute(query).scalar_one()
    emails = [f"{uncertain} emails whose delivery is uncertain"] if uncertain else []
    return [*unsent(database, t.shared.outbox), *emails]
