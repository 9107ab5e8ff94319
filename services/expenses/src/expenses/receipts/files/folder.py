"""Files in a folder, with a subfolder for each person."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import IO

from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptFileMissingError

_PIECE = 64 * 1024
_TRIES = 100
_KEY = re.compile(r"[0-9A-Za-z-]{1,64}/[0-9a-f]{64}(\.webp)?")


class FolderFiles:
    """A store of files in a folder. A file that is not yet complete is hidden."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str, media_type: str) -> None:
        """Store a file: write it under another name, sync it to the disk, then rename it."""
        path = self._path(key)
        with _translated_errors():
            handle, hidden = self._open_hidden(path.parent)
            try:
                with open(handle, "wb") as file:
                    _copy(content, file, size=size, sha256=sha256)
                os.replace(hidden, path)
                _sync(path.parent)
            except BaseException:
                Path(hidden).unlink(missing_ok=True)
                raise

    def _open_hidden(self, person: Path) -> tuple[int, str]:
        """Open a hidden file in a person's folder, which `remove` may delete at any moment while it is empty."""
        for _ in range(_TRIES):
            # mkdir reports that a folder exists even if it is gone a moment later.
            with suppress(FileNotFoundError, FileExistsError):
                self._make_private(person)
                return mkstemp(prefix=".", dir=person)
        raise FileNotFoundError(person)

    def _make_private(self, folder: Path) -> None:
        """Make a folder that other users of this machine cannot read."""
        if folder.is_dir():
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)

    def read(self, key: str, first: int, length: int) -> Iterator[bytes]:
        with _translated_errors():
            try:
                file = self._path(key).open("rb")
            except FileNotFoundError as error:
                raise ReceiptFileMissingError from error
        return _pieces(file, first, length)

    def remove(self, key: str) -> None:
        path = self._path(key)
        with _translated_errors():
            path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty, or already gone
                path.parent.rmdir()

    def remove_all(self, book_id: str) -> None:
        folder = self._path(f"{book_id}/{'0' * 64}").parent
        with _translated_errors(), suppress(FileNotFoundError):
            shutil.rmtree(folder)

    def remove_incomplete(self, before: datetime) -> None:
        with _translated_errors():
            for path in self._folder.glob("*/.*"):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink(missing_ok=True)

    def link(self, key: str, *, name: str, media_type: str) -> str | None:
        """Return None: a folder has no address."""
        return None

    def check(self) -> None:
        """Raise if the folder cannot be written to."""
        with _translated_errors():
            self._make_private(self._folder)
            handle, path = mkstemp(prefix=".", dir=self._folder)
            os.close(handle)
            Path(path).unlink()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("this is not the key of a receipt")
        return self._folder / key


def _copy(content: IO[bytes], file: IO[bytes], *, size: int, sha256: str) -> None:
    """Copy a file and sync it to the disk; raises OSError if it is not the one that was announced."""
    digest, written = hashlib.sha256(), 0
    while piece := content.read(_PIECE):
        digest.update(piece)
        written += file.write(piece)
    if written != size or digest.hexdigest() != sha256:
        raise OSError("the content does not match its size and digest")
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pieces(file: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = length
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = "Receipts cannot be stored or read at the moment. Try again soon."
        raise UnavailableError(message, headers={"Retry-After": "5"}) from error
