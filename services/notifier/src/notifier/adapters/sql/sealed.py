"""Which columns hold sealed values, and what those are bound to."""

from __future__ import annotations

from chassis.storage.database import Database
from chassis.storage.rekeying import EncryptedColumn
from notifier.adapters.sql import tables as t
from notifier.domain.places import address_of, token_of


def sealed_columns(database: Database) -> tuple[EncryptedColumn, ...]:
    """Return all of them."""
    return (
        EncryptedColumn(
            database, t.recipient.c.address, what="recipients' addresses", associated_data=lambda row: address_of(row.user_id)
        ),
        EncryptedColumn(
            database, t.mail.c.address, what="addresses of unsent mails", associated_data=lambda row: address_of(row.user_id)
        ),
        EncryptedColumn(database, t.mail.c.token, what="links of unsent mails", associated_data=lambda row: token_of(row.user_id)),
    )
