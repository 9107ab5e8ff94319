"""Takes an upload in, and has it looked into by a process of its own."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptTooLargeError, UnacceptableReceiptError
from expenses.receipts.file_types import FIRST_BYTES, PDF, Kind, kind_of
from expenses.receipts.model import MOST_BYTES, StoredFile
from expenses.receipts.ports import Examined
from expenses.receipts.worker_pool import Bench, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_PIECE = 64 * 1024
_FOLDER = "outlay-receipt-"
_SMALL, _LARGE = 480, 2000
"""Pixels of a thumbnail, and of a picture to read."""


class Scanner(Protocol):
    """Knows malware when it sees it."""

    def find(self, content: IO[bytes]) -> str | None:
        """Return the name of what was found in a file, None for a clean one."""


class StudioExaminer:
    """Looks into uploads, few at a time, so that many of them together need no more memory than these."""

    def __init__(self, *, scanner: Scanner | None = None, bench: Bench | None = None, place: Path | None = None) -> None:
        """Start nothing yet. `place` is the folder for what is looked at, by default the system's for temporary files."""
        self._scanner, self._bench = scanner, bench or Bench()
        self._place = place or Path(tempfile.gettempdir())

    @contextmanager
    def examine(self, stream: IO[bytes], claimed: str | None, *, user_id: str) -> Iterator[Examined]:
        """Look into a file; raises ReceiptTooLargeError, UnknownReceiptTypeError, UnacceptableReceiptError, UnavailableError."""
        stream.seek(0)
        kind = kind_of(stream.read(FIRST_BYTES))
        stream.seek(0)
        with self._workplace(user_id) as folder:
            uploaded = folder / "uploaded"
            with _with_room():
                _take_in(stream, uploaded, claimed)
            self._scan(uploaded)
            found = self._open(kind, uploaded, folder)
            with found.content:
                yield found

    def _open(self, kind: Kind, uploaded: Path, folder: Path) -> Examined:
        kept, small = folder / "kept", folder / "small"
        with self._bench.turn() as turn, _with_room():
            found = turn.run("examine", kind.media_type, uploaded, kept, small)
            picture = _first_page(turn, kept, small) if kind is PDF else small.read_bytes()
            content = kept.open("rb")
            file = StoredFile(
                sha256=hashlib.file_digest(content, "sha256").hexdigest(),
                media_type=kind.media_type,
                size=kept.stat().st_size,
                width=found["width"],
                height=found["height"],
                thumbnail=bool(picture),
            )
            content.seek(0)
            return Examined(file=file, ending=kind.ending, content=content, thumbnail=picture)

    def render(self, pieces: Iterable[bytes], media_type: str, *, user_id: str) -> bytes:
        """Return a WebP, large enough to be read, of a file that was kept; raises UnacceptableReceiptError, UnavailableError."""
        with self._workplace(user_id) as folder, _with_room():
            with (folder / "kept").open("wb") as kept:
                kept.writelines(pieces)
            with self._bench.turn() as turn:
                turn.run("render", media_type, folder / "kept", folder / "picture", _LARGE)
            return (folder / "picture").read_bytes()

    def clean_up(self, before: datetime) -> None:
        """Remove what processes that were killed have left of the files that they were looking at."""
        for folder in self._place.glob(f"{_FOLDER}*"):
            try:
                old = folder.stat().st_mtime < before.timestamp()
            except OSError:  # gone meanwhile, or somebody else's
                continue
            if old:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _workplace(self, user_id: str) -> Iterator[Path]:
        with self._bench.place(user_id):
            with _with_room():
                place = tempfile.TemporaryDirectory(prefix=_FOLDER, dir=self._place, ignore_cleanup_errors=True)
            with place as folder:
                yield Path(folder)

    def _scan(self, uploaded: Path) -> None:
        if self._scanner is None:
            return
        with uploaded.open("rb") as content:
            found = self._scanner.find(content)
        if found is not None:
            message = f"The file has malware in it: {found}."
            raise UnacceptableReceiptError(message)


def _first_page(turn: Turn, kept: Path, small: Path) -> bytes:
    """Return nothing of a PDF that needs a password or draws too slowly: it is a receipt all the same."""
    try:
        turn.run("render", PDF.media_type, kept, small, _SMALL)
    except UnacceptableReceiptError:
        return b""
    return small.read_bytes()


@contextmanager
def _with_room() -> Iterator[None]:
    """Turn a full disk, or a machine that can start no process, into what it is: nobody's fault and over soon."""
    try:
        yield
    except OSError as error:
        message = "There is no room to look at receipts at the moment; try again soon."
        raise UnavailableError(message, headers={"Retry-After": "30"}) from error


def _take_in(stream: IO[bytes], uploaded: Path, claimed: str | None) -> None:
    digest, size = hashlib.sha256(), 0
    with uploaded.open("wb") as file:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise ReceiptTooLargeError
            digest.update(piece)
            file.write(piece)
    if claimed is not None and digest.hexdigest() != claimed.lower():
        message = "What arrived has another SHA-256 than the one that you sent; upload it again."
        raise UnacceptableReceiptError(message)
