"""Seals the values of a column anew, in batches, while others write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from chassis.rekeying import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Column, ColumnElement, Row
    from sqlalchemy.engine import Connection

    from chassis.sql.database import Database
    from chassis.vault import Vault

_BATCH = 200
_ROUNDS = 5


def check_keys(columns: Sequence[SealedColumn], vault: Vault) -> None:
    """Raise UnknownKeyError if something is sealed with none of the vault's keys."""
    for column in columns:
        column.check(vault)


class SealedColumn:
    """A column of sealed values in a table with a primary key of one column; NULL is left alone."""

    def __init__(self, database: Database, column: Column[Any], *, what: str, place: Callable[[Row[Any]], str]) -> None:
        """`place` returns what the value of a row is bound to."""
        self._database, self._column, self._table, self._what, self._place = database, column, column.table, what, place
        (self._key,) = column.table.primary_key.columns

    def rekey(self, vault: Vault) -> Tally:
        """Seal anew what is not sealed with the vault's first key.

        A value is replaced only if it is still the one that was read, so no change by somebody else is lost; what changed meanwhile
        is looked at again. Each batch is a transaction of its own: after a kill the next run goes on with what is left.
        """
        tally = Tally(self._what)
        with self._database.read() as connection:
            tally.seen = connection.execute(sa.select(sa.func.count(self._column))).scalar_one()
        for _ in range(_ROUNDS):
            tally.missed = 0
            tally.unreadable.clear()
            self._round(vault, tally)
            if not tally.missed:
                break
        return tally

    def check(self, vault: Vault) -> None:
        """Raise UnknownKeyError if a value is sealed with none of the vault's keys; a store without tables has none."""
        with self._database.read() as connection:
            if not sa.inspect(connection).has_table(self._table.name):
                return
            query = sa.select(self._table).where(self._column.is_not(None), *self._without(vault.readable)).limit(1)
            row = connection.execute(query).first()
        if row is not None:
            vault.open(row._mapping[self._column], self._place(row))  # noqa: SLF001  SQLAlchemy's public name for it

    def _round(self, vault: Vault, tally: Tally) -> None:
        after = ""
        while rows := self._page(vault, after):
            # Counted when it is committed: a transaction that others were in the way of is done again.
            done: Tally = self._database.run(lambda connection, rows=rows: self._renewed(connection, rows, vault))  # type: ignore[misc]
            tally.renewed += done.renewed
            tally.missed += done.missed
            tally.unreadable += done.unreadable
            after = str(rows[-1]._mapping[self._key])  # noqa: SLF001  SQLAlchemy's public name for it

    def _page(self, vault: Vault, after: str) -> Sequence[Row[Any]]:
        query = sa.select(self._table).where(self._key > after, self._column.is_not(None), *self._without([vault.mark]))
        with self._database.read() as connection:
            return connection.execute(query.order_by(self._key).limit(_BATCH)).all()

    def _without(self, beginnings: Sequence[str]) -> list[ColumnElement[bool]]:
        return [self._column.not_like(f"{beginning}%") for beginning in beginnings]

    def _renewed(self, connection: Connection, rows: Sequence[Row[Any]], vault: Vault) -> Tally:
        done = Tally(self._what)
        for row in rows:
            was = row._mapping[self._column]  # noqa: SLF001
            with done.reading():
                fresh = vault.renew(was, self._place(row))
                same = sa.and_(self._key == row._mapping[self._key], self._column == was)  # noqa: SLF001
                changed = connection.execute(self._table.update().where(same).values({self._column: fresh})).rowcount
                done.renewed += changed
                done.missed += not changed
        return done
