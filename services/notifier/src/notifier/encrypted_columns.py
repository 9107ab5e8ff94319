"""The columns that hold encrypted values, and their associated data."""

from __future__ import annotations

from typing import Any

from chassis.storage.database import Database
from chassis.storage.rekeying import EncryptedColumn
from notifier import tables as t
from notifier.associated_data import email_address_of, link_token_of


def encrypted_columns(database: Database) -> tuple[EncryptedColumn, ...]:

    def address(row: Any) -> str:
        return email_address_of(row.user_id)

    def token(row: Any) -> str:
        return link_token_of(row.user_id)

    return (
        EncryptedColumn(database, t.recipient.c.address, what="recipients' addresses", associated_data=address),
        EncryptedColumn(database, t.mail.c.address, what="addresses of unsent emails", associated_data=address),
        EncryptedColumn(database, t.mail.c.token, what="links of unsent emails", associated_data=token),
    )
