"""Re-encrypts the values of a column, in batches, while others write to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, Row
from sqlalchemy.engine import Connection

from chassis.security.encryption import Encryptor
from chassis.security.rekeying import RekeyingCount
from chassis.storage.database import Database

_BATCH = 200
_ROUNDS = 5


def check_keys(columns: Sequence[EncryptedColumn], encryptor: Encryptor) -> None:
    """Raise UnknownKeyError if something is encrypted with none of the encryptor's keys."""
    for column in columns:
        column.check(encryptor)


class EncryptedColumn:
    """A column of ciphertexts in a table with a primary key of one column; NULL is left alone."""

    def __init__(self, database: Database, column: Column[Any], *, what: str, associated_data: Callable[[Row[Any]], str]) -> None:
        """`associated_data` returns those of a row's value."""
        self._database, self._column, self._table, self._what = database, column, column.table, what
        self._associated_data = associated_data
        (self._key,) = column.table.primary_key.columns
        positions = list(column.table.columns)
        self._column_at, self._key_at = positions.index(column), positions.index(self._key)

    def rekey(self, encryptor: Encryptor) -> RekeyingCount:
        """Re-encrypt what is not encrypted with the encryptor's first key.

        A value is replaced only if it is still the one that was read, so no change by somebody else is lost; what changed meanwhile
        is looked at again. Each batch is a transaction of its own: after a kill the next run goes on with what is left.
        """
        count = RekeyingCount(self._what)
        with self._database.read() as connection:
            count.seen = connection.execute(sa.select(sa.func.count(self._column))).scalar_one()
        for _ in range(_ROUNDS):
            count.missed = 0
            count.unreadable.clear()
            self._round(encryptor, count)
            if not count.missed:
                break
        return count

    def check(self, encryptor: Encryptor) -> None:
        """Raise UnknownKeyError if a value is encrypted with none of the encryptor's keys; a store without tables has none."""
        with self._database.read() as connection:
            if not sa.inspect(connection).has_table(self._table.name):
                return
            query = (
                sa.select(self._table).where(self._column.is_not(None), *self._not_starting_with(encryptor.known_prefixes)).limit(1)
            )
            row = connection.execute(query).first()
        if row is not None:
            encryptor.decrypt(row[self._column_at], self._associated_data(row))

    def _round(self, encryptor: Encryptor, count: RekeyingCount) -> None:
        after = ""
        while rows := self._page(encryptor, after):
            # Counted when it is committed: a transaction that others were in the way of is done again.
            done: RekeyingCount = self._database.run(lambda connection, rows=rows: self._renewed(connection, rows, encryptor))  # type: ignore[misc]
            count.renewed += done.renewed
            count.missed += done.missed
            count.unreadable += done.unreadable
            after = str(rows[-1][self._key_at])

    def _page(self, encryptor: Encryptor, after: str) -> Sequence[Row[Any]]:
        query = sa.select(self._table).where(
            self._key > after, self._column.is_not(None), *self._not_starting_with([encryptor.current_prefix])
        )
        with self._database.read() as connection:
            return connection.execute(query.order_by(self._key).limit(_BATCH)).all()

    def _not_starting_with(self, prefixes: Sequence[str]) -> list[ColumnElement[bool]]:
        return [self._column.not_like(f"{prefix}%") for prefix in prefixes]

    def _renewed(self, connection: Connection, rows: Sequence[Row[Any]], encryptor: Encryptor) -> RekeyingCount:
        done = RekeyingCount(self._what)
        for row in rows:
            was = row[self._column_at]
            with done.counting_unreadable():
                fresh = encryptor.reencrypt(was, self._associated_data(row))
                same = sa.and_(self._key == row[self._key_at], self._column == was)
                changed = connection.execute(self._table.update().where(same).values({self._column: fresh})).rowcount
                done.renewed += changed
                done.missed += not changed
        return done
