"""Putting receipts to expenses, showing them and taking them away.

Rows and files cannot change in one transaction. So a file is noted before it is stored; it is removed only while its owner's rows
are held; and a receipt is entered only if the note is still there. Whatever breaks off in between leaves a note without a receipt,
which `clean_up` finds.
"""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from expenses.books.model import Caller
from expenses.errors import DepartedError, ExpenseNotFoundError, ReceiptFileMissingError, ReceiptNotFoundError, TooManyReceiptsError
from expenses.moments import milliseconds
from expenses.receipts.downloads import PICTURE_TYPE
from expenses.receipts.model import MOST_RECEIPTS, Receipt, key_of, name_of, thumbnail_key_of

if TYPE_CHECKING:
    from chassis.runtime.clock import Clock
    from chassis.runtime.ids import Ids
    from expenses.books.model import Book
    from expenses.receipts.ports import Examined, Examiner, ReceiptFiles
    from expenses.unit_of_work import Store, UnitOfWork

log = logging.getLogger("outlay.receipts")

_WAIT = timedelta(hours=1)
"""For so long a file without a receipt may still be on its way."""
_MOST_TIDIED = 500
_TRIES = 5


class ReceiptBook:
    """The receipts of everybody."""

    def __init__(self, store: Store, files: ReceiptFiles, examiner: Examiner, clock: Clock, ids: Ids) -> None:
        self._store, self._files, self._examiner, self._clock, self._ids = store, files, examiner, clock, ids

    def add(self, caller: Caller, expense_id: str, stream: IO[bytes], filename: str, claimed: str | None) -> dict[str, Any]:
        """Put a file to an expense; the same content once more is the same receipt.

        Raises:
            ExpenseNotFoundError, TooManyReceiptsError, ReceiptTooLargeError, UnknownReceiptTypeError, UnacceptableReceiptError:
                with each of them nothing is kept.
        """
        with self._store.read() as uow:
            book = uow.books.find(caller.user_id)
            _require(uow, book, expense_id)
        with self._examiner.examine(stream, claimed, user_id=caller.user_id) as found:
            for _ in range(_TRIES):
                self._keep(caller, expense_id, found)
                try:
                    receipt = self._enter(caller, expense_id, found, name_of(filename, found.ending))
                except (DepartedError, ExpenseNotFoundError, TooManyReceiptsError):
                    self._let_go(caller, found.file.sha256)
                    raise
                if receipt is not None:
                    return receipt.to_wire()
        raise ReceiptFileMissingError

    def _keep(self, caller: Caller, expense_id: str, found: Examined) -> None:
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            _require(uow, book, expense_id)
            uow.receipts.note(book, found.file, self._now())
            stored = uow.receipts.is_used(book, found.file.sha256)
        if not stored:
            self._put(caller, found)

    def _put(self, caller: Caller, found: Examined) -> None:
        file = found.file
        if file.thumbnail:
            small, digest = io.BytesIO(found.thumbnail), hashlib.sha256(found.thumbnail).hexdigest()
            key = thumbnail_key_of(caller.user_id, file.sha256)
            self._files.put(key, small, size=len(found.thumbnail), sha256=digest, media_type=PICTURE_TYPE)
        found.content.seek(0)
        key = key_of(caller.user_id, file.sha256)
        self._files.put(key, found.content, size=file.size, sha256=file.sha256, media_type=file.media_type)

    def _enter(self, caller: Caller, expense_id: str, found: Examined, name: str) -> Receipt | None:
        """Return the receipt; None if the file was collected in the meantime."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            there = _require(uow, book, expense_id, besides=found.file.sha256)
            if there is not None:
                return there
            if uow.receipts.noted_ms(book, found.file.sha256) is None:
                return None
            receipt = Receipt(id=self._ids(), expense_id=expense_id, name=name, created_ms=self._now(), file=found.file)
            uow.receipts.add(book, receipt)
            return receipt

    def _let_go(self, caller: Caller, sha256: str) -> None:
        """Remove what was stored for nothing, even if its owner has left meanwhile and no note of it is kept any more."""
        with self._store.read() as uow:
            book = uow.books.find(caller.user_id)
        if book is None:
            self._remove_files(caller.user_id, sha256)
        else:
            self._collect(book, sha256, self._now() + 1)

    def _remove_files(self, user_id: str, sha256: str) -> None:
        self._files.remove(key_of(user_id, sha256))
        self._files.remove(thumbnail_key_of(user_id, sha256))

    def all_of(self, caller: Caller, expense_id: str) -> list[dict[str, Any]]:
        """Return the receipts of an expense; raises ExpenseNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.user_id)
            if book is None or uow.expenses.get(book, expense_id) is None:
                raise ExpenseNotFoundError
            return [receipt.to_wire() for receipt in uow.receipts.of(book, [expense_id])]

    def get(self, caller: Caller, receipt_id: str) -> dict[str, Any]:
        """Return one receipt; raises ReceiptNotFoundError."""
        with self._store.read() as uow:
            book = uow.books.find(caller.user_id)
            receipt = uow.receipts.get(book, receipt_id) if book else None
        if receipt is None:
            raise ReceiptNotFoundError
        return receipt.to_wire()

    def remove(self, caller: Caller, receipt_id: str) -> None:
        """Take a receipt away, and its file if no other expense has it; raises ReceiptNotFoundError."""
        with self._store.write() as uow:
            book = uow.books.lock(caller)
            receipt = uow.receipts.get(book, receipt_id)
            if receipt is None:
                raise ReceiptNotFoundError
            uow.receipts.remove(book, receipt)
        try:
            self._collect(book, receipt.file.sha256, self._now() + 1)
        except Exception as error:  # it is taken away; the file can wait for the next tidying
            log.warning("a file is left behind", extra={"reason": str(error)})

    def clean_up(self) -> int:
        """Remove the files that no receipt shows: of uploads that broke off and of expenses that are gone. Return how many."""
        moment = self._clock() - _WAIT
        before, done = milliseconds(moment), 0
        self._files.remove_incomplete(moment)
        self._examiner.clean_up(moment)
        with self._store.read() as uow:
            departed = uow.books.recently_erased()
        for user_id in departed:  # an upload that was cut off while the account was being deleted
            self._files.remove_all(user_id)
        while True:
            with self._store.read() as uow:
                unused = uow.receipts.unused(before, _MOST_TIDIED)
            removed = sum(self._collect(book, sha256, before) for book, sha256 in unused)
            done += removed
            if not removed:
                return done

    def _collect(self, book: Book, sha256: str, before_ms: int) -> bool:
        """Remove a file that no receipt shows while nobody else can enter one for it."""
        with self._store.write() as uow:
            if uow.books.find(book.user_id) is None:  # to hold them would note them anew
                return False
            held = uow.books.lock(Caller(book.user_id, book.home_currency))
            noted = uow.receipts.noted_ms(held, sha256)
            if noted is None or noted >= before_ms or uow.receipts.is_used(held, sha256):
                return False
            self._remove_files(book.user_id, sha256)
            uow.receipts.drop(held, sha256)
            return True

    def _now(self) -> int:
        return milliseconds(self._clock())


def _require(uow: UnitOfWork, book: Book | None, expense_id: str, besides: str = "") -> Receipt | None:
    """Return the receipt of the content `besides` if the expense has it; raises if there is no such expense or no room."""
    if book is None or uow.expenses.get(book, expense_id) is None:
        raise ExpenseNotFoundError
    there = uow.receipts.of(book, [expense_id])
    known = next((receipt for receipt in there if receipt.file.sha256 == besides), None)
    if known is None and besides and len(there) >= MOST_RECEIPTS:
        raise TooManyReceiptsError
    return known
