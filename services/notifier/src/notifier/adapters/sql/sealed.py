"""Which columns hold sealed values, and what those are bound to."""

from __future__ import annotations

from chassis.storage.database import Database
from chassis.storage.rekeying import SealedColumn
from notifier.adapters.sql import tables as t
from notifier.domain.places import address_of, token_of


def sealed_columns(database: Database) -> tuple[SealedColumn, ...]:
    """Return all of them."""
    return (
        SealedColumn(database, t.recipient.c.address, what="recipients' addresses", place=lambda row: address_of(row.user_id)),
        SealedColumn(database, t.mail.c.address, what="addresses of unsent mails", place=lambda row: address_of(row.user_id)),
        SealedColumn(database, t.mail.c.token, what="links of unsent mails", place=lambda row: token_of(row.user_id)),
    )
