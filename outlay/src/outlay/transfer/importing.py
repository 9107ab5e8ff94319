"""`outlay import`: reads everything from a file into empty stores, then compares counts and checksums."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from outlay.transfer.archive import FILES, ROWS, members, rows_in
from outlay.transfer.checksums import Checksum, line_of
from outlay.transfer.data_set import DataSet
from outlay.transfer.manifest import Manifest, checked


class NotEmptyError(Exception):
    """The stores are not empty."""

    def __init__(self, parts: list[str]) -> None:
        """Name the parts that have data."""
        what = ", ".join(parts)
        super().__init__(f"The stores are not empty: there is data in {what}. Import into new stores. Nothing was imported.")


class ContentDiffersError(Exception):
    """The imported data differ from the file."""

    def __init__(self, parts: list[str]) -> None:
        """Name the parts that differ."""
        super().__init__(f"The imported data differ from the file in {', '.join(parts)}. The stores were emptied again.")


def import_from(data_set: DataSet, path: Path, *, say: Callable[[str], None]) -> tuple[Manifest, dict[str, Checksum]]:
    """Store everything or nothing; return the manifest, and the checksums of what was stored.

    Raises:
        ArchiveError: if the file cannot be used. Nothing was written.
        NotEmptyError: if the stores are not empty.
        ContentDiffersError: if counts or checksums differ. Everything was removed again.
    """
    manifest = checked(path, data_set.encryptor, data_set.names())
    for service in data_set.services:
        service.migrate()
    if any(service.import_mark.is_set() for service in data_set.services):
        say("An earlier import was interrupted; its remains are removed first.")
        _clean(data_set)
    _check_empty(data_set)
    for service in data_set.services:
        service.import_mark.set()
    try:
        _store(data_set, path)
        stored = _checksums(data_set)
        if differing := [name for name, wanted in manifest.sums.items() if stored.get(name) != wanted]:
            raise ContentDiffersError(differing)
    except BaseException:
        _clean(data_set)
        raise
    _unmark(data_set)
    return manifest, stored


def _check_empty(data_set: DataSet) -> None:
    full = [name for name, part in data_set.parts() if not part.is_empty()]
    if pending := [*full, *data_set.pending()]:
        raise NotEmptyError(pending)


def _clean(data_set: DataSet) -> None:
    for service in data_set.services:
        if service.files is not None:
            service.files.clear()
        for part in reversed(service.parts):
            part.clear()
    _unmark(data_set)


def _unmark(data_set: DataSet) -> None:
    for service in data_set.services:
        service.import_mark.remove()


def _store(data_set: DataSet, path: Path) -> None:
    parts, files = dict(data_set.parts()), {service.name: service.files for service in data_set.services}
    for name, content in members(path):
        service, is_file, key = name.partition(FILES)
        store = files.get(service)
        if is_file and store is not None:
            store.put(key, content)
        elif name.endswith(ROWS):
            parts[name.rpartition("/")[0]].add([row for _line, row in rows_in(path, content)])


def _checksums(data_set: DataSet) -> dict[str, Checksum]:
    found = {name: Checksum() for name in data_set.names()}
    for name, part in data_set.parts():
        for row in part.rows():
            found[name].add(line_of(row))
    for service in data_set.services:
        if service.files is not None:
            for key in service.files.keys():  # noqa: SIM118  it is no dict
                content = service.files.read(key)
                if content is not None:
                    found[f"{service.name}/files"].add_file(key, content)
    return found
