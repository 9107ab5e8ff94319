"""Export and import of tables, independent of the dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from chassis.storage.database import Database
from chassis.storage.tables import ChassisTables
from chassis.storage.transfer import MARK, Row
from money.currencies import CURRENCIES

PAGE = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Value:
    """How a value is stored in an archive: its name there, and its conversion from and to a row."""

    name: str
    out: Callable[[Any], Any]
    into: Callable[[Row], Any]
    in_archive_if_null: bool = True


def plain(column: str) -> Value:
    """A column of text or whole numbers, stored unchanged."""
    return Value(column, lambda row: getattr(row, column), lambda row: row[column])


def later(value: Value) -> Value:
    """A column that archives of earlier versions lack; it is empty then."""
    return Value(value.name, value.out, lambda row: value.into(row) if value.name in row else None)


def added(column: str) -> Value:
    """A column that version 0.1 lacks. Archives leave it out where it is empty, so old rows keep their checksums."""
    return Value(column, lambda row: getattr(row, column), lambda row: row.get(column), in_archive_if_null=False)


def instant(column: str) -> Value:
    """A column of milliseconds since 1970, as ISO 8601."""
    name = "at" if column == "at_ms" else f"{column.removesuffix('_ms')}_at"
    return Value(name, lambda row: _iso(getattr(row, column)), lambda row: _milliseconds(row[name]))


def amount(column: str, currency: str, name: str) -> Value:
    """A column of minor units, as a decimal number; its currency is in another column."""
    return Value(
        name, lambda row: _decimal(getattr(row, column), getattr(row, currency)), lambda row: _minor(row[name], row[currency])
    )


def _iso(value: int | None) -> str | None:
    if value is None:
        return None
    return (_EPOCH + timedelta(milliseconds=value)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _milliseconds(text: str | None) -> int | None:
    return None if text is None else (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def _decimal(minor: int | None, currency: str | None) -> str | None:
    return None if minor is None else f"{Decimal(int(minor)).scaleb(-CURRENCIES[str(currency)]):f}"


def _minor(text: str | None, currency: str | None) -> int | None:
    return None if text is None else int(Decimal(text).scaleb(CURRENCIES[str(currency)]))


@dataclass(frozen=True)
class Owned:
    """How rows refer to their book by a number that each store assigns by itself."""

    column: str
    person: Table
    """A table with the columns `number` and `user_id`."""
    known: dict[str, int] = field(default_factory=dict)

    def number_of(self, connection: Connection, user_id: str) -> int:
        """Return the number of a user's book in this store; a few thousand are cached."""
        if user_id not in self.known:
            if len(self.known) > 10 * PAGE:
                self.known.clear()
            query = sa.select(self.person.c.number).where(self.person.c.user_id == user_id)
            self.known[user_id] = connection.execute(query).scalar_one()
        return self.known[user_id]


class TablePart:
    """The rows of a table; columns in `given` are not exported and start with these values."""

    def __init__(
        self,
        database: Database,
        table: Table,
        *,
        values: Mapping[str, Value] | None = None,
        given: Mapping[str, Any] | None = None,
        owned: Owned | None = None,
        where: ColumnElement[bool] | None = None,
        ours: ColumnElement[bool] | None = None,
    ) -> None:
        """`values` are the columns that need a conversion; `ours` selects the rows of this part, `where` those to export."""
        self.name = table.name
        self._database, self._table, self._owned, self._given = database, table, owned, dict(given or {})
        skipped = {*self._given, *([owned.column] if owned else []), *(c.name for c in table.c if c.autoincrement is True)}
        self._values = {c.name: (values or {}).get(c.name) or _usual(c.name) for c in table.c if c.name not in skipped}
        self._keys = list(table.primary_key.columns)
        self._ours = ours
        self._query = self._composed(where)

    def rows(self) -> Iterator[Row]:
        """Yield all rows in key order, read page by page, each page in its own transaction."""
        last: list[Any] = []
        while True:
            with self._database.read() as connection:
                page = self._page(connection, last)
            for row in page:
                yield self._told(row)
            if len(page) < PAGE:
                return
            last = [getattr(page[-1], f"key_{number}") for number in range(len(self._keys))]

    def add(self, rows: Sequence[Row]) -> None:
        if rows:
            with self._database.begin() as connection:
                connection.execute(self._table.insert(), [self._stored(connection, row) for row in rows])

    def is_empty(self) -> bool:
        with self._database.read() as connection:
            return connection.execute(self._filtered(sa.select(*self._table.primary_key.columns)).limit(1)).first() is None

    def clear(self) -> None:
        """Delete all rows in batches that stay below statement time limits."""
        keys = list(self._table.primary_key.columns)
        some = self._filtered(sa.select(*(key.label(f"of_{key.name}") for key in keys))).limit(PAGE)
        gone = self._table.delete().where(*(key == sa.bindparam(f"of_{key.name}") for key in keys))
        found: Sequence[Any] = [None]
        while found:
            with self._database.begin() as connection:
                if found := connection.execute(some).mappings().all():
                    connection.execute(gone, [dict(row) for row in found])
        if self._owned:
            self._owned.known.clear()

    def _filtered(self, query: sa.Select[Any]) -> sa.Select[Any]:
        return query if self._ours is None else query.where(self._ours)

    def _composed(self, where: ColumnElement[bool] | None) -> sa.Select[Any]:
        keys = [key.label(f"key_{number}") for number, key in enumerate(self._keys)]
        query = sa.select(*(self._table.c[name] for name in self._values), *keys)
        if self._owned:
            person = self._owned.person
            query = query.add_columns(person.c.user_id)
            query = query.select_from(self._table.join(person, person.c.number == self._table.c[self._owned.column]))
        query = self._filtered(query)
        return query if where is None else query.where(where)

    def _page(self, connection: Connection, last: Sequence[Any]) -> list[Any]:
        """Return the rows after a key, in key order; each part of the query uses the index."""
        found: list[Any] = []
        for depth in reversed(range(len(last) or 1)):
            same = [key == value for key, value in zip(self._keys[:depth], last[:depth], strict=True)]
            beyond = [self._keys[depth] > last[depth]] if last else []
            query = self._query.where(*same, *beyond).order_by(*self._keys).limit(PAGE - len(found))
            found += connection.execute(query).all()
            if len(found) == PAGE:
                break
        return found

    def _told(self, row: Any) -> Row:
        told = {"user_id": row.user_id} if self._owned else {}
        for value in self._values.values():
            out = value.out(row)
            if out is not None or value.in_archive_if_null:
                told[value.name] = out
        return told

    def _stored(self, connection: Connection, row: Row) -> dict[str, Any]:
        stored = {column: value.into(row) for column, value in self._values.items()}
        if self._owned:
            stored[self._owned.column] = self._owned.number_of(connection, row["user_id"])
        return {**stored, **self._given}


def _usual(column: str) -> Value:
    return instant(column) if column.endswith("_ms") else plain(column)


class InboxMark:
    """The mark as a row of the inbox, under an id that no event has."""

    def __init__(self, database: Database, inbox: Table) -> None:
        self._database, self._inbox = database, inbox

    def set(self) -> None:
        if not self.is_set():
            with self._database.begin() as connection:
                connection.execute(self._inbox.insert(), {"event_id": MARK, "received_ms": now_ms()})

    def is_set(self) -> bool:
        with self._database.read() as connection:
            return connection.execute(sa.select(self._inbox.c.event_id).where(self._inbox.c.event_id == MARK)).first() is not None

    def remove(self) -> None:
        with self._database.begin() as connection:
            connection.execute(self._inbox.delete().where(self._inbox.c.event_id == MARK))


class InboxPart(TablePart):
    """The handled events: the rows of the inbox, except the mark."""

    def __init__(self, database: Database, inbox: Table) -> None:
        super().__init__(database, inbox, ours=inbox.c.event_id != MARK)


def shared_parts(database: Database, tables: ChassisTables) -> tuple[TablePart, ...]:
    """Return the parts that every service has: handled events and stored responses."""
    return InboxPart(database, tables.inbox), TablePart(database, tables.replay)


def unsent(database: Database, outbox: Table) -> list[str]:
    """Return a sentence if events are waiting in the outbox."""
    with database.read() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
    return [f"{count} events wait in the outbox"] if count else []
