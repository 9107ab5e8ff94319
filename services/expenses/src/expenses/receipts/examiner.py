"""Receives an upload and has it examined in the sandbox."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptTooLargeError, UnacceptableReceiptError
from expenses.receipts.clamav import ClamAv
from expenses.receipts.file_types import FIRST_BYTES, PDF, FileType, detect_type
from expenses.receipts.model import MOST_BYTES, StoredFile
from expenses.receipts.worker_pool import Slot, WorkerPool
from expenses.settings import ExpensesSettings

_PIECE = 64 * 1024
_FOLDER = "outlay-receipt-"
_THUMBNAIL, _PREVIEW = 480, 2000
"""The longest side of a thumbnail and of a preview, in pixels."""


@dataclass(frozen=True, kw_only=True)
class ExaminedFile:
    """A file that may be kept."""

    file: StoredFile
    extension: str
    content: IO[bytes]
    """What is kept of the upload: the same pixels without location and camera."""
    thumbnail: bytes
    """Empty if none can be drawn."""


class ReceiptExaminer:
    """Examines uploads, a few at a time, so that many uploads need no more memory than a few."""

    def __init__(self, *, scanner: ClamAv | None = None, pool: WorkerPool | None = None, folder: Path | None = None) -> None:
        """Start nothing yet. `folder` is where files are examined, by default the system's folder for temporary files."""
        self._scanner, self._pool = scanner, pool or WorkerPool()
        self._folder = folder or Path(tempfile.gettempdir())

    @classmethod
    def from_settings(cls, settings: ExpensesSettings) -> ReceiptExaminer:
        """Return an examiner with the memory limit and the virus scanner of the settings."""
        scanner = ClamAv(settings.receipts_scanner) if settings.receipts_scanner else None
        return cls(scanner=scanner, pool=WorkerPool(megabytes=settings.receipts_memory))

    @contextmanager
    def examine(self, stream: IO[bytes], claimed: str | None, *, user_id: str) -> Iterator[ExaminedFile]:
        """Examine a file; the result lives as long as the context.

        `claimed` is the SHA-256 that the sender states; `user_id` is the sender, who may take only a share of the places.

        Raises:
            ReceiptTooLargeError, UnknownReceiptTypeError, UnacceptableReceiptError: if the file cannot be accepted.
            UnavailableError: if there is no place or no room for it at the moment.
        """
        stream.seek(0)
        file_type = detect_type(stream.read(FIRST_BYTES))
        stream.seek(0)
        with self._temporary_folder(user_id) as folder:
            uploaded = folder / "uploaded"
            with _reporting_no_room():
                _receive(stream, uploaded, claimed)
            self._scan(uploaded)
            found = self._open(file_type, uploaded, folder)
            with found.content:
                yield found

    def _open(self, file_type: FileType, uploaded: Path, folder: Path) -> ExaminedFile:
        kept, thumbnail = folder / "kept", folder / "thumbnail"
        with self._pool.slot() as slot, _reporting_no_room():
            found = slot.run("examine", file_type.media_type, uploaded, kept, thumbnail)
            picture = _first_page(slot, kept, thumbnail) if file_type is PDF else thumbnail.read_bytes()
            content = kept.open("rb")
            file = StoredFile(
                sha256=hashlib.file_digest(content, "sha256").hexdigest(),
                media_type=file_type.media_type,
                size=kept.stat().st_size,
                width=found["width"],
                height=found["height"],
                thumbnail=bool(picture),
            )
            content.seek(0)
            return ExaminedFile(file=file, extension=file_type.extension, content=content, thumbnail=picture)

    def render(self, pieces: Iterable[bytes], media_type: str, *, user_id: str) -> bytes:
        """Return a WebP, large enough to read, of a file that was kept; raises UnacceptableReceiptError, UnavailableError."""
        with self._temporary_folder(user_id) as folder, _reporting_no_room():
            with (folder / "kept").open("wb") as kept:
                kept.writelines(pieces)
            with self._pool.slot() as slot:
                slot.run("render", media_type, folder / "kept", folder / "picture", _PREVIEW)
            return (folder / "picture").read_bytes()

    def clean_up(self, before: datetime) -> None:
        """Remove files that killed processes were examining."""
        for folder in self._folder.glob(f"{_FOLDER}*"):
            try:
                old = folder.stat().st_mtime < before.timestamp()
            except OSError:  # already gone, or owned by another user
                continue
            if old:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _temporary_folder(self, user_id: str) -> Iterator[Path]:
        with self._pool.place(user_id):
            with _reporting_no_room():
                folder = tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self._folder, ignore_cleanup_errors=True)
            with folder as path:
                yield Path(path)

    def _scan(self, uploaded: Path) -> None:
        if self._scanner is None:
            return
        with uploaded.open("rb") as content:
            found = self._scanner.find(content)
        if found is not None:
            raise UnacceptableReceiptError(f"The file contains malware: {found}.")


def _first_page(slot: Slot, kept: Path, thumbnail: Path) -> bytes:
    """Return the thumbnail of a PDF; empty if it needs a password or draws too slowly, since it is still a receipt."""
    try:
        slot.run("render", PDF.media_type, kept, thumbnail, _THUMBNAIL)
    except UnacceptableReceiptError:
        return b""
    return thumbnail.read_bytes()


@contextmanager
def _reporting_no_room() -> Iterator[None]:
    """Report a full disk, or a machine that can start no process, as temporary and not the caller's fault."""
    try:
        yield
    except OSError as error:
        message = "There is no space left to process receipts at the moment. Try again soon."
        raise UnavailableError(message, headers={"Retry-After": "30"}) from error


def _receive(stream: IO[bytes], uploaded: Path, claimed: str | None) -> None:
    digest, size = hashlib.sha256(), 0
    with uploaded.open("wb") as file:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise ReceiptTooLargeError
            digest.update(piece)
            file.write(piece)
    if claimed is not None and digest.hexdigest() != claimed.lower():
        message = "The SHA-256 of the file is not the one that you sent, so it changed on the way. Upload it again."
        raise UnacceptableReceiptError(message)
