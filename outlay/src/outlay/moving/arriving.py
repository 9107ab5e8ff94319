"""`outlay import`: everything out of a file into stores that are empty, and then a look at whether it is all there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outlay.moving.archive import FILES, ROWS, members, rows_in
from outlay.moving.manifest import Manifest, checked
from outlay.moving.sums import Sum, line_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from outlay.moving.house import House


class NotEmptyError(Exception):
    """There is something in the stores already."""

    def __init__(self, parts: list[str]) -> None:
        """Say what."""
        what = ", ".join(parts)
        super().__init__(f"The stores are not empty, there is something in {what}. Import into new ones. Nothing was imported.")


class NotTheSameError(Exception):
    """What arrived is not what was sent."""

    def __init__(self, parts: list[str]) -> None:
        """Say which parts differ."""
        super().__init__(f"What arrived is not what was sent, in {', '.join(parts)}. The stores are empty again.")


def unpack(house: House, path: Path, *, say: Callable[[str], None]) -> tuple[Manifest, dict[str, Sum]]:
    """Store everything, all or nothing; return what should be there and what is.

    Raises:
        ArchiveError: if the file will not do. Nothing was written.
        NotEmptyError: if there is something in the stores.
        NotTheSameError: if counts or checksums differ. Everything was removed again.
    """
    manifest = checked(path, house.encryptor, house.names())
    for service in house.services:
        service.migrate()
    if any(service.marking.is_set() for service in house.services):
        say("An earlier import was interrupted; what it left is removed first.")
        _clean(house)
    _check_empty(house)
    for service in house.services:
        service.marking.set()
    try:
        _store(house, path)
        arrived = _looked_at(house)
        if differing := [name for name, wanted in manifest.sums.items() if arrived.get(name) != wanted]:
            raise NotTheSameError(differing)
    except BaseException:
        _clean(house)
        raise
    _unmark(house)
    return manifest, arrived


def _check_empty(house: House) -> None:
    full = [name for name, part in house.parts() if not part.is_empty()]
    if under_way := [*full, *house.under_way()]:
        raise NotEmptyError(under_way)


def _clean(house: House) -> None:
    for service in house.services:
        if service.files is not None:
            service.files.clear()
        for part in reversed(service.parts):
            part.clear()
    _unmark(house)


def _unmark(house: House) -> None:
    for service in house.services:
        service.marking.remove()


def _store(house: House, path: Path) -> None:
    parts, files = dict(house.parts()), {service.name: service.files for service in house.services}
    for name, content in members(path):
        service, is_file, key = name.partition(FILES)
        store = files.get(service)
        if is_file and store is not None:
            store.put(key, content)
        elif name.endswith(ROWS):
            parts[name.rpartition("/")[0]].add([row for _line, row in rows_in(path, content)])


def _looked_at(house: House) -> dict[str, Sum]:
    found = {name: Sum() for name in house.names()}
    for name, part in house.parts():
        for row in part.rows():
            found[name].add(line_of(row))
    for service in house.services:
        if service.files is not None:
            for key in service.files.keys():  # noqa: SIM118  it is no dict
                content = service.files.read(key)
                if content is not None:
                    found[f"{service.name}/files"].add_file(key, content)
    return found
