"""What moves with what people were told."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.storage.database import Database
from chassis.storage.transfer import TransferPart
from chassis.storage.transfer_rows import TablePart, instant, later, plain, shared_parts, unsent
from notifier.adapters.sql import tables as t
from notifier.adapters.sql.claims import PENDING

_LATER = {name: later(instant(name)) for name in ("held_ms", "released_ms")}
_NOBODYS = {"claimed_by": None, "claimed_until_ms": 0}


def parts(database: Database) -> tuple[TransferPart, ...]:
    """Return everything: a mail that waits goes out from where it moved to, one that was sent is not sent again."""
    return (
        TablePart(database, t.recipient, values={"unverified_version": later(plain("unverified_version"))}),
        TablePart(database, t.departed),
        TablePart(database, t.preference),
        TablePart(database, t.alert),
        TablePart(database, t.recovery),
        TablePart(database, t.mail, values=_LATER, given={**_NOBODYS, "attempted_ms": None}),
        TablePart(database, t.mail_stop),
        TablePart(database, t.mail_report),
        *shared_parts(database, t.shared),
    )


def under_way(database: Database) -> list[str]:
    """Say what is not settled: events that wait, and mails of which nobody knows yet whether the provider took them.

    Another provider could not be asked for these, so they stay where they are until that is known.
    """
    query = sa.select(sa.func.count()).select_from(t.mail).where(PENDING, t.mail.c.attempted_ms.is_not(None))
    with database.read() as connection:
        doubtful = connection.execute(query).scalar_one()
    told = [f"of {doubtful} mails it is not known yet whether they were sent"] if doubtful else []
    return [*unsent(database, t.shared.outbox), *told]
