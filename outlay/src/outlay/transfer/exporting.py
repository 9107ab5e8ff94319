"""`outlay export --all`: writes everything into one file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chassis.runtime.clock import system_clock, to_wire
from chassis.security.encryption import Encryptor
from chassis.storage.transfer import Files, TransferPart
from outlay.transfer.archive import FILES, FORMAT, HEAD, MANIFEST, SEAL, Writer, writing
from outlay.transfer.checksums import line_of
from outlay.transfer.data_set import DataSet
from outlay.transfer.manifest import Manifest, seal_of

_ROWS = 1000
"""Rows in one member of the archive, and in memory."""


class PendingError(Exception):
    """Something is still pending; it would be lost, or happen twice."""

    def __init__(self, what: list[str]) -> None:
        """Say what is pending, and what to do."""
        super().__init__("\n  ".join(["This cannot be exported yet:", *what]))


def export_to(data_set: DataSet, path: Path) -> Manifest:
    """Write everything into a new file; return its manifest.

    Raises:
        FileExistsError, OSError: if the file cannot be written; no partial file is left.
        PendingError: if something is pending, or the stores were used meanwhile.
    """
    if path.exists():
        raise FileExistsError(f"{path} already exists; choose another name.")
    for service in data_set.services:
        service.migrate()
    _check_whole(data_set)
    _check_nothing_pending(data_set)
    manifest = Manifest(made_at=to_wire(system_clock()))
    with writing(path) as archive:
        archive.add_json(HEAD, {"what": "all data of an Outlay installation", "format": FORMAT, "made_at": manifest.made_at})
        for name, part in data_set.parts():
            _export_rows(archive, manifest, data_set.encryptor, name, part)
        for service in data_set.services:
            if service.files is not None:
                _export_files(archive, manifest, service.name, service.files)
        _check_nothing_pending(data_set)
        text = archive.add_json(MANIFEST, manifest.to_json())
        archive.add_json(SEAL, seal_of(text, data_set.encryptor))
    return manifest


def _check_whole(data_set: DataSet) -> None:
    if any(service.import_mark.is_set() for service in data_set.services):
        raise PendingError(["An import into these stores was interrupted; repeat it, then export."])


def _check_nothing_pending(data_set: DataSet) -> None:
    if pending := data_set.pending():
        start = "Start Outlay (`serve` and `work` of each service), let it finish, stop it, and export again."
        raise PendingError([*pending, start])
    if letters := data_set.dead_letters():
        what = f"{letters} events could not be handled and are kept as dead letters."
        raise PendingError([what, "Retry them (`events replay`) or delete them (`events purge`), and export again."])


def _export_rows(archive: Writer, manifest: Manifest, encryptor: Encryptor, name: str, part: TransferPart) -> None:
    manifest.of(name)
    lines = (line_of(row) for row in part.rows())
    for number, some in enumerate(_batches(lines), 1):
        for line in some:
            manifest.note(name, line, encryptor)
        archive.add_rows(name, number, some)


def _export_files(archive: Writer, manifest: Manifest, service: str, files: Files) -> None:
    found = manifest.of(f"{service}/files")
    for key in files.keys():  # noqa: SIM118  a method of Files, not of a dict
        content = files.read(key)
        if content is None:
            manifest.missing.append(key)
        else:
            found.add_file(key, content)
            archive.add(f"{service}{FILES}{key}", content)


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while some := list(islice(lines, _ROWS)):
        yield some
