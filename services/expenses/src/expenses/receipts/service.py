"""Attaches receipts to expenses, lists and removes them.

Rows and files cannot change in one transaction. So a file is recorded before it is stored, it is deleted only while its
owner's book is locked, and a receipt is added only if the record still exists. An interruption leaves a record without a
receipt, which `clean_up` finds.
"""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import timedelta
from typing import IO

from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.security.tokens import Caller
from expenses.books.model import Book
from expenses.errors import DepartedError, ExpenseNotFoundError, ReceiptFileMissingError, ReceiptNotFoundError, TooManyReceiptsError
from expenses.moments import milliseconds
from expenses.receipts.downloads import PICTURE_TYPE
from expenses.receipts.examiner import ExaminedFile, ReceiptExaminer
from expenses.receipts.files import ReceiptFiles
from expenses.receipts.model import MOST_RECEIPTS, Receipt, file_key, safe_name, thumbnail_key
from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

log = logging.getLogger("outlay.receipts")

_UPLOAD_TIME = timedelta(hours=1)
"""How long a file without a receipt may belong to an upload that is still in progress."""
_BATCH = 500
_TRIES = 5


class ReceiptService:
    """The use cases of receipts."""

    def __init__(self, store: ExpensesStore, files: ReceiptFiles, examiner: ReceiptExaminer, clock: Clock, ids: Ids) -> None:
        self._store, self._files, self._examiner, self._clock, self._ids = store, files, examiner, clock, ids

    def add(self, caller: Caller, expense_id: str, stream: IO[bytes], filename: str, claimed: str | None) -> Receipt:
        """Attach a file to an expense; attaching the same content again returns the same receipt.

        Raises:
            ExpenseNotFoundError, TooManyReceiptsError, ReceiptTooLargeError, UnknownReceiptTypeError, UnacceptableReceiptError:
                in each case nothing is stored.
        """
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            _require_room(uow, book, expense_id)
        with self._examiner.examine(stream, claimed, user_id=caller.user_id) as examined:
            for _ in range(_TRIES):
                self._record_and_store(caller, expense_id, examined)
                try:
                    receipt = self._add_receipt(caller, expense_id, examined, safe_name(filename, examined.extension))
                except (DepartedError, ExpenseNotFoundError, TooManyReceiptsError):
                    self._discard(caller, examined.file.sha256)
                    raise
                if receipt is not None:
                    return receipt
        raise ReceiptFileMissingError

    def _record_and_store(self, caller: Caller, expense_id: str, examined: ExaminedFile) -> None:
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            _require_room(uow, book, expense_id)
            uow.receipts.record(book, examined.file, self._now())
            stored = uow.receipts.is_used(book, examined.file.sha256)
        if not stored:
            self._store_files(caller, examined)

    def _store_files(self, caller: Caller, examined: ExaminedFile) -> None:
        file = examined.file
        if file.thumbnail:
            thumbnail, digest = io.BytesIO(examined.thumbnail), hashlib.sha256(examined.thumbnail).hexdigest()
            key = thumbnail_key(caller.book_id, file.sha256)
            self._files.put(key, thumbnail, size=len(examined.thumbnail), sha256=digest, media_type=PICTURE_TYPE)
        examined.content.seek(0)
        key = file_key(caller.book_id, file.sha256)
        self._files.put(key, examined.content, size=file.size, sha256=file.sha256, media_type=file.media_type)

    def _add_receipt(self, caller: Caller, expense_id: str, examined: ExaminedFile, name: str) -> Receipt | None:
        """Return the receipt; None if the file was deleted as unused in the meantime."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            existing = _require_room(uow, book, expense_id, sha256=examined.file.sha256)
            if existing is not None:
                return existing
            if uow.receipts.recorded_ms(book, examined.file.sha256) is None:
                return None
            receipt = Receipt(id=self._ids(), expense_id=expense_id, name=name, created_ms=self._now(), file=examined.file)
            uow.receipts.add(book, receipt)
            return receipt

    def _discard(self, caller: Caller, sha256: str) -> None:
        """Delete a stored file that is not needed, even if its owner's account, and with it the record, was deleted meanwhile."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
        if book is None:
            self._remove_files(caller.book_id, sha256)
        else:
            self._delete_unused(book, sha256, self._now() + 1)

    def _remove_files(self, book_id: str, sha256: str) -> None:
        self._files.remove(file_key(book_id, sha256))
        self._files.remove(thumbnail_key(book_id, sha256))

    def for_expense(self, caller: Caller, expense_id: str) -> list[Receipt]:
        """Return the receipts of an expense; raises ExpenseNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            if book is None or uow.expenses.get(book, expense_id) is None:
                raise ExpenseNotFoundError
            return uow.receipts.of(book, [expense_id])

    def get(self, caller: Caller, receipt_id: str) -> Receipt:
        """Return one receipt; raises ReceiptNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            receipt = uow.receipts.get(book, receipt_id) if book else None
        if receipt is None:
            raise ReceiptNotFoundError
        return receipt

    def remove(self, caller: Caller, receipt_id: str) -> None:
        """Remove a receipt, and its file if no other expense has it; raises ReceiptNotFoundError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            receipt = uow.receipts.get(book, receipt_id)
            if receipt is None:
                raise ReceiptNotFoundError
            uow.receipts.remove(book, receipt)
        try:
            self._delete_unused(book, receipt.file.sha256, self._now() + 1)
        except Exception as error:  # the receipt is removed; the file can wait for the next cleanup
            log.warning("the file of a removed receipt is not deleted yet", extra={"reason": str(error)})

    def clean_up(self) -> int:
        """Delete the files without a receipt, of interrupted uploads and deleted expenses; return how many."""
        moment = self._clock() - _UPLOAD_TIME
        before, done = milliseconds(moment), 0
        self._files.remove_incomplete(moment)
        self._examiner.clean_up(moment)
        with self._store.read() as uow:
            departed = uow.books.recently_erased()
        for book_id in departed:  # uploads that were interrupted while the account was being deleted
            self._files.remove_all(book_id)
        while True:
            with self._store.read() as uow:
                unused = uow.receipts.unused(before, _BATCH)
            removed = sum(self._delete_unused(book, sha256, before) for book, sha256 in unused)
            done += removed
            if not removed:
                return done

    def _delete_unused(self, book: Book, sha256: str, before_ms: int) -> bool:
        """Delete a file without a receipt, while nobody else can add a receipt for it."""
        with self._store.write() as uow:
            locked = uow.books.lock_existing(book.id)
            if locked is None:
                return False
            recorded = uow.receipts.recorded_ms(locked, sha256)
            if recorded is None or recorded >= before_ms or uow.receipts.is_used(locked, sha256):
                return False
            self._remove_files(book.id, sha256)
            uow.receipts.delete_record(locked, sha256)
            return True

    def _now(self) -> int:
        return milliseconds(self._clock())


def _require_room(uow: ExpensesUnitOfWork, book: Book | None, expense_id: str, sha256: str = "") -> Receipt | None:
    """Return the expense's receipt with this content, if any; raises if there is no such expense or it has too many."""
    if book is None or uow.expenses.get(book, expense_id) is None:
        raise ExpenseNotFoundError
    receipts = uow.receipts.of(book, [expense_id])
    known = next((receipt for receipt in receipts if receipt.file.sha256 == sha256), None)
    if known is None and sha256 and len(receipts) >= MOST_RECEIPTS:
        raise TooManyReceiptsError
    return known
