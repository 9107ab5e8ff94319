"""The files of receipts, for export and import of all data."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.storage.database import Database
from chassis.storage.transfer_rows import PAGE
from expenses.errors import ReceiptFileMissingError
from expenses.receipts.downloads import PICTURE_TYPE
from expenses.receipts.files import ReceiptFiles
from expenses.receipts.model import file_key, thumbnail_key
from expenses.receipts.store import receipt, receipt_file
from expenses.tables import person

_MOST_BYTES = 1 << 26
"""More than any receipt has."""
_USED = sa.exists().where(receipt.c.owner == receipt_file.c.owner, receipt.c.sha256 == receipt_file.c.sha256)
_FILES = sa.select(
    receipt_file.c.owner, receipt_file.c.sha256, receipt_file.c.thumbnail, receipt_file.c.media_type, person.c.user_id
).select_from(receipt_file.join(person, person.c.number == receipt_file.c.owner))


class ReceiptFileTransfer:
    """Reads and writes the files that have a receipt."""

    def __init__(self, database: Database, files: ReceiptFiles) -> None:
        self._database, self._files = database, files

    def keys(self) -> Iterator[str]:
        last: Sequence[Any] = (-1, "")
        while last:
            with self._database.read() as connection:
                page = connection.execute(_page_after(last)).all()
            for row in page:
                yield file_key(row.user_id, row.sha256)
                if row.thumbnail:
                    yield thumbnail_key(row.user_id, row.sha256)
            last = (page[-1].owner, page[-1].sha256) if page else ()

    def read(self, key: str) -> bytes | None:
        """Return a file, None if it is missing or its digest is not its name."""
        try:
            content = b"".join(self._files.read(key, 0, _MOST_BYTES))
        except ReceiptFileMissingError:
            return None
        name = key.rpartition("/")[2]
        whole = name.endswith(".webp") or hashlib.sha256(content).hexdigest() == name
        return content if whole else None

    def put(self, key: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        self._files.put(key, io.BytesIO(content), size=len(content), sha256=digest, media_type=self._type_of(key))

    def clear(self) -> None:
        last = 0
        while True:
            query = sa.select(person.c.number, person.c.user_id).where(person.c.number > last)
            with self._database.read() as connection:
                page = connection.execute(query.order_by(person.c.number).limit(PAGE)).all()
            if not page:
                return
            for row in page:
                self._files.remove_all(row.user_id)
            last = page[-1].number

    def _type_of(self, key: str) -> str:
        book_id, _slash, name = key.partition("/")
        if name.endswith(".webp"):
            return PICTURE_TYPE
        with self._database.read() as connection:
            named = _FILES.where(person.c.user_id == book_id, receipt_file.c.sha256 == name)
            return str(connection.execute(named).one().media_type)


def _page_after(last: Sequence[Any]) -> sa.Select[Any]:
    book, sha256 = last
    same_owner = sa.and_(receipt_file.c.owner == book, receipt_file.c.sha256 > sha256)
    beyond = sa.or_(receipt_file.c.owner > book, same_owner)
    query = _FILES.where(receipt_file.c.owner >= book, beyond, _USED)
    return query.order_by(receipt_file.c.owner, receipt_file.c.sha256).limit(PAGE)
