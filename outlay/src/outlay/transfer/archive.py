"""The archive: a tar file of gzipped JSON lines and unchanged receipts, written and read piece by piece.

`outlay.json` comes first and says which format it is. Then, for each part, `<service>/<part>/<number>.jsonl.gz`; for each file,
`<service>/files/<key>`. `manifest.json` has the count and the checksum of each, and `manifest.seal` a signature over it that
only somebody with the data key can make. An archive without these two is cut off.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chassis.storage.transfer import Row
from outlay.transfer.checksums import line_of

FORMAT = 1
HEAD, MANIFEST, SEAL = "outlay.json", "manifest.json", "manifest.seal"
ROWS, FILES = ".jsonl.gz", "/files/"
_GZIP = 16 + zlib.MAX_WBITS
_MOST_BYTES = 1 << 27
"""The limit of one member, compressed or not; members written here are much smaller."""


class ArchiveError(Exception):
    """The file cannot be imported; nothing was written."""


class Writer:
    """Writes an archive."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  closed by `close`

    def add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))
        self._tar.members = []  # type: ignore[attr-defined]  # or it would remember each file until the end

    def add_rows(self, part: str, number: int, lines: Sequence[bytes]) -> None:
        """Add some rows of a part, each as written by `line_of`."""
        packer = zlib.compressobj(wbits=_GZIP)
        self.add(f"{part}/{number:06}{ROWS}", packer.compress(b"\n".join(lines) + b"\n") + packer.flush())

    def add_json(self, name: str, content: Any) -> bytes:
        """Add indented JSON, which people can read too; return its text."""
        text = json.dumps(content, indent=2, ensure_ascii=False).encode()
        self.add(name, text)
        return text

    def close(self) -> None:
        self._tar.close()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive to a temporary file, and rename it once it is complete and synced. After an error nothing is left."""
    aside = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            writer = Writer(file)
            yield writer
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Return (name, content) of each member, one in memory at a time. Raises ArchiveError."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            while (member := tar.next()) is not None:
                content = tar.extractfile(member)
                if content is None or member.size > _MOST_BYTES:
                    raise _damaged(path)
                yield member.name, content.read()
                tar.members = []  # type: ignore[attr-defined]
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise _damaged(path) from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from error


def rows_in(path: Path, content: bytes) -> list[tuple[bytes, Row]]:
    """Return each row of a member, as text and parsed. Raises ArchiveError."""
    try:
        unpacker = zlib.decompressobj(wbits=_GZIP)
        text = unpacker.decompress(content, _MOST_BYTES)
        if not unpacker.eof:
            raise _damaged(path)
        return [(line, _row(line)) for line in text.split(b"\n") if line]
    except (zlib.error, ValueError) as error:
        raise _damaged(path) from error


def _row(line: bytes) -> Row:
    row: Row = json.loads(line)
    if line_of(row) != line:
        raise ValueError("this is not how a row is written")
    return row


def _damaged(path: Path) -> ArchiveError:
    return ArchiveError(f"{path} is damaged or not an archive of Outlay. Copy it again, or export again. Nothing was imported.")
