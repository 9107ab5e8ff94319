"""Takes an upload in, and has it looked into by a process of its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from chassis.problems import UnavailableError
from expenses.domain.errors import ReceiptTooLargeError, UnacceptableReceiptError
from expenses.domain.receipt import MOST_BYTES, StoredFile
from expenses.domain.receipt_kind import FIRST_BYTES, PDF, Kind, kind_of
from expenses.domain.receipt_ports import Examined

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 64 * 1024
_SECONDS, _WAIT_SECONDS = 15.0, 8.0
"""Together less than a gateway waits for an answer."""
_STUDIO = [sys.executable, "-I", "-m", "expenses.adapters.receipts.studio"]
_ENVIRON = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"}


class Scanner(Protocol):
    """Knows malware when it sees it."""

    def find(self, content: IO[bytes]) -> str | None:
        """Return the name of what was found in a file, None for a clean one."""


class StudioExaminer:
    """Looks into uploads, few at a time, so that many of them together need no more memory than these."""

    def __init__(self, *, scanner: Scanner | None = None, at_a_time: int = 2, seconds: float = _SECONDS) -> None:
        """`seconds` is what one file may take."""
        self._scanner = scanner
        self._turns, self._seconds = threading.BoundedSemaphore(at_a_time), seconds

    @contextmanager
    def examine(self, stream: IO[bytes], claimed: str | None) -> Iterator[Examined]:
        """Look into a file; raises ReceiptTooLargeError, UnknownReceiptTypeError, UnacceptableReceiptError, UnavailableError."""
        stream.seek(0)
        kind = kind_of(stream.read(FIRST_BYTES))
        stream.seek(0)
        with tempfile.TemporaryDirectory(prefix="outlay-receipt-") as folder:
            uploaded, kept, small = (Path(folder) / name for name in ("uploaded", "kept", "small"))
            _take_in(stream, uploaded, claimed)
            self._scan(uploaded)
            with self._turn():
                found = self._ask(kind, uploaded, kept, small)
            picture = b"" if kind is PDF else small.read_bytes()
            with kept.open("rb") as content:
                file = StoredFile(
                    sha256=hashlib.file_digest(content, "sha256").hexdigest(), media_type=kind.media_type,
                    size=kept.stat().st_size, width=found["width"], height=found["height"], thumbnail=bool(picture),
                )  # fmt: skip
                content.seek(0)
                yield Examined(file=file, ending=kind.ending, content=content, thumbnail=picture)

    def _scan(self, uploaded: Path) -> None:
        if self._scanner is None:
            return
        with uploaded.open("rb") as content:
            found = self._scanner.find(content)
        if found is not None:
            message = f"The file has malware in it: {found}."
            raise UnacceptableReceiptError(message)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            message = "Too many receipts are being looked at; try again in a moment."
            raise UnavailableError(message, headers={"Retry-After": "5"})
        try:
            yield
        finally:
            self._turns.release()

    def _ask(self, kind: Kind, uploaded: Path, kept: Path, small: Path) -> dict[str, Any]:
        command = [*_STUDIO, kind.media_type, str(uploaded), str(kept), str(small)]
        try:
            done = subprocess.run(  # noqa: S603  the arguments are ours
                command, env=_ENVIRON, capture_output=True, stdin=subprocess.DEVNULL, timeout=self._seconds, check=True
            )
        except subprocess.TimeoutExpired as error:
            message = "The file takes too long to be opened."
            raise UnacceptableReceiptError(message) from error
        except subprocess.CalledProcessError as error:
            message = "The file cannot be opened: it is damaged, or needs too much memory or time."
            raise UnacceptableReceiptError(message) from error
        found: dict[str, Any] = json.loads(done.stdout)
        if "refused" in found:
            raise UnacceptableReceiptError(found["refused"])
        return found


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
