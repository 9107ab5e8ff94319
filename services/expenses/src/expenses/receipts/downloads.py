"""Giving out the files of receipts: whole and as they were stored, in parts, or small."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from expenses.errors import ReceiptFileMissingError, ReceiptNotFoundError, UnacceptableReceiptError
from expenses.receipts.byte_ranges import ByteRange, parse_range
from expenses.receipts.model import Receipt, key_of, thumbnail_key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Set

    from expenses.books.model import Caller
    from expenses.receipts.ports import Examiner, ReceiptFiles
    from expenses.unit_of_work import Store

PICTURE_TYPE = "image/webp"
_MOST_THUMBNAIL = 1 << 24


@dataclass(frozen=True, kw_only=True)
class Content:
    """What is sent of a file: some pieces, or the address where they are."""

    receipt: Receipt
    media_type: str
    etag: str
    pieces: Iterable[bytes] = ()
    size: int | None = None
    """Of all that is sent; None if only the end will tell."""
    span: ByteRange | None = None
    """The part that was asked for; None for the whole."""
    sha256: str | None = None
    """Of the whole file, for whoever puts parts together."""
    link: str | None = None
    known: bool = False
    """Who asks has it already."""


class ReceiptContents:
    """Reads what was stored. Each method raises ReceiptNotFoundError, and ReceiptFileMissingError if the store has it no more."""

    def __init__(self, store: Store, files: ReceiptFiles, examiner: Examiner) -> None:
        self._store, self._files, self._examiner = store, files, examiner

    def content(self, caller: Caller, receipt_id: str, wanted: str | None, known: Set[str]) -> Content:
        """Return a file or the part of it that a Range header asks for, unless its tag is known already.

        A whole file is read twice, first to see that it is the one that was stored: nothing of a damaged one is sent.

        Raises:
            RangeNotSatisfiableError: the file has no such part.
        """
        receipt = self._find(caller, receipt_id)
        file, key = receipt.file, key_of(caller.user_id, receipt.file.sha256)
        about = partial(Content, receipt=receipt, media_type=file.media_type, etag=file.sha256)
        if file.sha256 in known:
            return about(known=True)
        link = self._files.link(key, name=receipt.name, media_type=file.media_type)
        if link is not None:
            return about(link=link)
        span = parse_range(wanted, file.size)
        first, length = (span.first, span.length) if span else (0, file.size)

        def pieces() -> Iterator[bytes]:
            if span:
                return self._files.read(key, first, length)
            deque(checked(self._files.read(key, 0, length), file.sha256), maxlen=0)
            return checked(self._files.read(key, 0, length), file.sha256)

        return about(span=span, size=length, sha256=file.sha256, pieces=self._there(caller, receipt, pieces))

    def thumbnail(self, caller: Caller, receipt_id: str, known: Set[str]) -> Content:
        """Return the small picture of a file; raises ReceiptNotFoundError also if there is none."""
        receipt = self._find_picture(caller, receipt_id)
        tag = f"{receipt.file.sha256}-small"
        about = partial(Content, receipt=receipt, media_type=PICTURE_TYPE, etag=tag)
        if tag in known:
            return about(known=True)
        key = thumbnail_key_of(caller.user_id, receipt.file.sha256)
        return about(pieces=self._there(caller, receipt, lambda: self._files.read(key, 0, _MOST_THUMBNAIL)))

    def preview(self, caller: Caller, receipt_id: str, known: Set[str]) -> Content:
        """Return a picture to read, made anew: every browser shows it, whatever was uploaded.

        Raises:
            ReceiptNotFoundError: also if nothing can be drawn of it.
        """
        receipt = self._find_picture(caller, receipt_id)
        file, key = receipt.file, key_of(caller.user_id, receipt.file.sha256)
        tag = f"{file.sha256}-large"
        about = partial(Content, receipt=receipt, media_type=PICTURE_TYPE, etag=tag)
        if tag in known:
            return about(known=True)
        whole = self._there(caller, receipt, lambda: checked(self._files.read(key, 0, file.size), file.sha256))
        try:
            picture = self._examiner.render(whole, file.media_type, user_id=caller.user_id)
        except UnacceptableReceiptError as error:
            raise ReceiptNotFoundError from error
        return about(size=len(picture), pieces=iter((picture,)))

    def _there(self, caller: Caller, receipt: Receipt, pieces: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
        try:
            return pieces()
        except ReceiptFileMissingError:
            self._find(caller, receipt.id)  # taken away meanwhile
            raise

    def _find_picture(self, caller: Caller, receipt_id: str) -> Receipt:
        receipt = self._find(caller, receipt_id)
        if not receipt.file.thumbnail:
            raise ReceiptNotFoundError
        return receipt

    def _find(self, caller: Caller, receipt_id: str) -> Receipt:
        with self._store.read() as uow:
            book = uow.books.find(caller.user_id)
            receipt = uow.receipts.get(book, receipt_id) if book else None
        if receipt is None:
            raise ReceiptNotFoundError
        return receipt


def checked(pieces: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    """Pass a whole file on, but keep the last piece back until the digest is right: what is damaged ends too early.

    Raises:
        ReceiptFileMissingError: at the last piece.
    """
    digest, last = hashlib.sha256(), b""
    for piece in pieces:
        digest.update(piece)
        if last:
            yield last
        last = piece
    if digest.hexdigest() != sha256:
        raise ReceiptFileMissingError
    yield last
