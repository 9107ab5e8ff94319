"""Downloads of receipts: the stored file or a part of it, its thumbnail, or a preview."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import partial

from chassis.security.tokens import Caller
from expenses.errors import ReceiptFileMissingError, ReceiptNotFoundError, UnacceptableReceiptError
from expenses.receipts.byte_ranges import ByteRange, parse_range
from expenses.receipts.examiner import ReceiptExaminer
from expenses.receipts.files import ReceiptFiles
from expenses.receipts.model import Receipt, file_key, thumbnail_key
from expenses.unit_of_work import ExpensesStore

PICTURE_TYPE = "image/webp"
_MOST_THUMBNAIL = 1 << 24


@dataclass(frozen=True, kw_only=True)
class Download:
    """What is sent of a file: its bytes in pieces, or the address to get them from."""

    receipt: Receipt
    media_type: str
    etag: str
    pieces: Iterable[bytes] = ()
    size: int | None = None
    """Of what is sent; None if it is not known in advance."""
    span: ByteRange | None = None
    """The requested part; None for the whole file."""
    sha256: str | None = None
    """Of the whole file, for clients that put parts together."""
    link: str | None = None
    known: bool = False
    """Whether the client already has it."""


class ReceiptDownloads:
    """Reads stored files. Each method raises ReceiptNotFoundError, and ReceiptFileMissingError if a file is missing or damaged."""

    def __init__(self, store: ExpensesStore, files: ReceiptFiles, examiner: ReceiptExaminer) -> None:
        self._store, self._files, self._examiner = store, files, examiner

    def content(self, caller: Caller, receipt_id: str, range_header: str | None, known: Set[str]) -> Download:
        """Return a file, or the part that a Range header requests, unless the client knows its entity tag.

        A whole file is read twice, first to check its digest, so that nothing of a damaged file is sent.

        Raises:
            RangeNotSatisfiableError: if the file has no such part.
        """
        receipt = self._find(caller, receipt_id)
        file, key = receipt.file, file_key(caller.book_id, receipt.file.sha256)
        download = partial(Download, receipt=receipt, media_type=file.media_type, etag=file.sha256)
        if file.sha256 in known:
            return download(known=True)
        link = self._files.link(key, name=receipt.name, media_type=file.media_type)
        if link is not None:
            return download(link=link)
        span = parse_range(range_header, file.size)
        first, length = (span.first, span.length) if span else (0, file.size)

        def pieces() -> Iterator[bytes]:
            if span:
                return self._files.read(key, first, length)
            deque(verified(self._files.read(key, 0, length), file.sha256), maxlen=0)
            return verified(self._files.read(key, 0, length), file.sha256)

        return download(span=span, size=length, sha256=file.sha256, pieces=self._reading(caller, receipt, pieces))

    def thumbnail(self, caller: Caller, receipt_id: str, known: Set[str]) -> Download:
        """Return the thumbnail of a file; raises ReceiptNotFoundError also if there is none."""
        receipt = self._find_drawable(caller, receipt_id)
        tag = f"{receipt.file.sha256}-small"
        download = partial(Download, receipt=receipt, media_type=PICTURE_TYPE, etag=tag)
        if tag in known:
            return download(known=True)
        key = thumbnail_key(caller.book_id, receipt.file.sha256)
        return download(pieces=self._reading(caller, receipt, lambda: self._files.read(key, 0, _MOST_THUMBNAIL)))

    def preview(self, caller: Caller, receipt_id: str, known: Set[str]) -> Download:
        """Return a picture that is large enough to read and that every browser shows, whatever was uploaded.

        Raises:
            ReceiptNotFoundError: also if the file cannot be drawn.
        """
        receipt = self._find_drawable(caller, receipt_id)
        file, key = receipt.file, file_key(caller.book_id, receipt.file.sha256)
        tag = f"{file.sha256}-large"
        download = partial(Download, receipt=receipt, media_type=PICTURE_TYPE, etag=tag)
        if tag in known:
            return download(known=True)
        whole = self._reading(caller, receipt, lambda: verified(self._files.read(key, 0, file.size), file.sha256))
        try:
            picture = self._examiner.render(whole, file.media_type, user_id=caller.user_id)
        except UnacceptableReceiptError as error:
            raise ReceiptNotFoundError from error
        return download(size=len(picture), pieces=iter((picture,)))

    def _reading(self, caller: Caller, receipt: Receipt, pieces: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
        try:
            return pieces()
        except ReceiptFileMissingError:
            self._find(caller, receipt.id)  # the receipt was removed in the meantime
            raise

    def _find_drawable(self, caller: Caller, receipt_id: str) -> Receipt:
        receipt = self._find(caller, receipt_id)
        if not receipt.file.thumbnail:
            raise ReceiptNotFoundError
        return receipt

    def _find(self, caller: Caller, receipt_id: str) -> Receipt:
        with self._store.read() as uow:
            book = uow.books.find(caller.book_id)
            receipt = uow.receipts.get(book, receipt_id) if book else None
        if receipt is None:
            raise ReceiptNotFoundError
        return receipt


def verified(pieces: Iterator[bytes], sha256: str) -> Iterator[bytes]:
    """Yield the pieces of a whole file, but hold the last piece back until the digest is verified; a damaged file ends early.

    Raises:
        ReceiptFileMissingError: at the last piece, if the digest is wrong.
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
