"""The rows of receipts and of their files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table
from sqlalchemy.engine import Connection

from chassis.storage.prepared import Prepared
from expenses.books.model import Book
from expenses.bulk import chunks
from expenses.receipts.model import Receipt, StoredFile
from expenses.tables import metadata, person, trashed_expense

receipt_file = Table(
    "receipt_file",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(30), nullable=False),
    Column("byte_count", Integer, nullable=False),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    Column("thumbnail", SmallInteger, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", BigInteger, nullable=False),
    Column("expense_id", String(36), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("name", String(400), nullable=False),  # a hundred letters; Db2 counts bytes
    Column("created_ms", BigInteger, nullable=False),
    Index("receipt_expense", "owner", "expense_id", "sha256", unique=True),
    Index("receipt_content", "owner", "sha256"),
)

_FILE = sa.and_(receipt_file.c.owner == receipt.c.owner, receipt_file.c.sha256 == receipt.c.sha256)
_WITH_FILE = sa.select(
    receipt.c.id,
    receipt.c.expense_id,
    receipt.c.name,
    receipt.c.created_ms,
    receipt_file.c.sha256,
    receipt_file.c.media_type,
    receipt_file.c.byte_count,
    receipt_file.c.width,
    receipt_file.c.height,
    receipt_file.c.thumbnail,
).select_from(receipt.join(receipt_file, _FILE))


@cache
def _of_some(count: int) -> Prepared:
    """Return the statement that finds the receipts of as many expenses."""
    expenses: list[sa.BindParameter[str]] = [sa.bindparam(f"expense{number}") for number in range(count)]
    return Prepared(_WITH_FILE.where(receipt.c.owner == sa.bindparam("of_owner"), receipt.c.expense_id.in_(expenses)))


class ReceiptRepository:
    """Receipts and records of files, in one transaction.

    A file is recorded before it is stored, and the record deleted after the file, so that a file without a receipt can be found.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, book: Book, receipt_id: str) -> Receipt | None:
        """Return a receipt, unless its expense is deleted and the receipt only kept in case it is restored."""
        deleted = sa.exists().where(trashed_expense.c.owner == receipt.c.owner, trashed_expense.c.id == receipt.c.expense_id)
        query = _WITH_FILE.where(receipt.c.owner == book.number, receipt.c.id == receipt_id, ~deleted)
        row = self._connection.execute(query).first()
        return None if row is None else _receipt(row)

    def of(self, book: Book, expense_ids: Sequence[str]) -> list[Receipt]:
        """Return the receipts of some expenses, oldest first."""
        found = []
        for some in chunks(expense_ids):
            values = {f"expense{number}": expense_id for number, expense_id in enumerate(some)}
            found += [_receipt(row) for row in _of_some(len(some)).all(self._connection, of_owner=book.number, **values)]
        return sorted(found, key=lambda one: (one.created_ms, one.id))

    def add(self, book: Book, added: Receipt) -> None:
        row = {
            "id": added.id,
            "owner": book.number,
            "expense_id": added.expense_id,
            "sha256": added.file.sha256,
            "name": added.name,
            "created_ms": added.created_ms,
        }
        self._connection.execute(receipt.insert(), row)

    def remove(self, book: Book, gone: Receipt) -> None:
        self._connection.execute(receipt.delete().where(receipt.c.owner == book.number, receipt.c.id == gone.id))

    def remove_of(self, book: Book, expense_ids: Sequence[str]) -> None:
        for some in chunks(expense_ids):
            where = receipt.c.owner == book.number, receipt.c.expense_id.in_(some)
            self._connection.execute(receipt.delete().where(*where))

    def is_used(self, book: Book, sha256: str) -> bool:
        query = sa.select(receipt.c.id).where(receipt.c.owner == book.number, receipt.c.sha256 == sha256).limit(1)
        return self._connection.execute(query).first() is not None

    def record(self, book: Book, file: StoredFile, now_ms: int) -> None:
        """Record a file that is about to be stored."""
        update = receipt_file.update().where(*_key(book, file.sha256)).values(noted_ms=now_ms)
        if self._connection.execute(update).rowcount == 0:
            row = {"owner": book.number, "sha256": file.sha256, "noted_ms": now_ms, **_values(file)}
            self._connection.execute(receipt_file.insert(), row)

    def recorded_ms(self, book: Book, sha256: str) -> int | None:
        """Return when a file was last recorded; None if there is no record."""
        return self._connection.execute(sa.select(receipt_file.c.noted_ms).where(*_key(book, sha256))).scalar()

    def delete_record(self, book: Book, sha256: str) -> None:
        self._connection.execute(receipt_file.delete().where(*_key(book, sha256)))

    def unused(self, before_ms: int, limit: int) -> list[tuple[Book, str]]:
        """Return files of any book that were recorded before a moment and that no receipt has."""
        shown = sa.exists().where(receipt.c.owner == receipt_file.c.owner, receipt.c.sha256 == receipt_file.c.sha256)
        query = (
            sa.select(person.c.number, person.c.user_id, person.c.home_currency, person.c.version, receipt_file.c.sha256)
            .select_from(receipt_file.join(person, person.c.number == receipt_file.c.owner))
            .where(receipt_file.c.noted_ms < before_ms, ~shown)
            .limit(limit)
        )
        rows = self._connection.execute(query)
        return [(Book(row.number, row.user_id, row.home_currency, row.version), row.sha256) for row in rows]

    def forget(self, book: Book) -> None:
        """Delete every row of a book."""
        for table in (receipt, receipt_file):
            self._connection.execute(table.delete().where(table.c.owner == book.number))


def _key(book: Book, sha256: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return receipt_file.c.owner == book.number, receipt_file.c.sha256 == sha256


def _values(file: StoredFile) -> dict[str, Any]:
    return {
        "media_type": file.media_type,
        "byte_count": file.size,
        "width": file.width,
        "height": file.height,
        "thumbnail": int(file.thumbnail),
    }


def _receipt(row: Sequence[Any]) -> Receipt:
    """Return the receipt of a row of `_WITH_FILE`."""
    receipt_id, expense_id, name, created_ms, sha256, media_type, size, width, height, thumbnail = row
    file = StoredFile(sha256=sha256, media_type=media_type, size=size, width=width, height=height, thumbnail=bool(thumbnail))
    return Receipt(id=receipt_id, expense_id=expense_id, name=name, created_ms=created_ms, file=file)
