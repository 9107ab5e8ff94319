"""`outlay export --all`: everything into one file."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from chassis.runtime.clock import system_clock, to_wire
from outlay.moving.archive import FILES, FORMAT, HEAD, MANIFEST, SEAL, Writer, writing
from outlay.moving.manifest import Manifest, seal_of
from outlay.moving.sums import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chassis.security.encryption import Encryptor
    from chassis.storage.transfer import Files, TransferPart
    from outlay.moving.house import House

_ROWS = 1000
"""Rows in one member: as many are in memory."""


class NotSettledError(Exception):
    """Something is still on its way; it would be lost, or come twice."""

    def __init__(self, what: list[str]) -> None:
        """Say what, and what to do."""
        super().__init__("\n  ".join(["This cannot move yet:", *what]))


def pack(house: House, path: Path) -> Manifest:
    """Write everything into a file that is not there yet; return what is in it.

    Raises:
        FileExistsError, OSError: as the disk says; then nothing is left under that name.
        NotSettledError: if something is on its way, or somebody went on using it meanwhile.
    """
    if path.exists():
        message = f"There is a file {path} already; name another one."
        raise FileExistsError(message)
    for service in house.services:
        service.migrate()
    _check_whole(house)
    _check_settled(house)
    manifest = Manifest(made_at=to_wire(system_clock()))
    with writing(path) as archive:
        archive.add_json(HEAD, {"what": "everything that an Outlay keeps", "format": FORMAT, "made_at": manifest.made_at})
        for name, part in house.parts():
            _pack_rows(archive, manifest, house.encryptor, name, part)
        for service in house.services:
            if service.files is not None:
                _pack_files(archive, manifest, service.name, service.files)
        _check_settled(house)
        text = archive.add_json(MANIFEST, manifest.to_json())
        archive.add_json(SEAL, seal_of(text, house.encryptor))
    return manifest


def _check_whole(house: House) -> None:
    if any(service.marking.is_set() for service in house.services):
        raise NotSettledError(["An import into these stores was interrupted; begin it again, and export when it has ended."])


def _check_settled(house: House) -> None:
    if under_way := house.under_way():
        start = "Start Outlay (`serve` and `work` of each service), let it finish, stop it, and export again."
        raise NotSettledError([*under_way, start])
    if letters := house.dead_letters():
        what = f"{letters} events could not be handled and are kept as dead letters."
        raise NotSettledError([what, "Try them again (`events replay`) or throw them away (`events purge`), and export again."])


def _pack_rows(archive: Writer, manifest: Manifest, encryptor: Encryptor, name: str, part: TransferPart) -> None:
    manifest.of(name)
    lines = (line_of(row) for row in part.rows())
    for number, some in enumerate(_batches(lines), 1):
        for line in some:
            manifest.note(name, line, encryptor)
        archive.add_rows(name, number, some)


def _pack_files(archive: Writer, manifest: Manifest, service: str, files: Files) -> None:
    found = manifest.of(f"{service}/files")
    for key in files.keys():  # noqa: SIM118  it is no dict
        content = files.read(key)
        if content is None:
            manifest.missing.append(key)
        else:
            found.add_file(key, content)
            archive.add(f"{service}{FILES}{key}", content)


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while some := list(islice(lines, _ROWS)):
        yield some
