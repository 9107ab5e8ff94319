"""`outlay export --all` and `outlay import` as people see them: what is done, a table, and a sentence if it cannot be."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chassis.messaging.rabbitmq import BrokerUnavailableError
from chassis.runtime.problems import UnavailableError
from chassis.storage.migrations import SchemaTooNewError
from outlay.moving.archive import ArchiveError
from outlay.moving.arriving import NotEmptyError, NotTheSameError, unpack
from outlay.moving.house import opened
from outlay.moving.leaving import NotSettledError, pack
from outlay.moving.settling import settle
from outlay.server import DataFolderInUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from outlay.moving.manifest import Manifest
    from outlay.moving.sums import Sum
    from outlay.settings import HomeSettings

REFUSALS = (
    ArchiveError,
    NotEmptyError,
    NotTheSameError,
    NotSettledError,
    DataFolderInUseError,
    SchemaTooNewError,
    BrokerUnavailableError,
    UnavailableError,
    OSError,
)
_SHOWN = 16
"""Digits of a checksum that a person compares."""


def leave(settings: HomeSettings, environ: Mapping[str, str], path: Path, *, say: Callable[[str], None]) -> None:
    """Write everything into a file. Raises REFUSALS."""
    started = time.monotonic()
    with opened(settings, environ) as house:
        settle(house, settings, environ, say=say)
        manifest = pack(house, path)
    for line in _table(manifest):
        say(line)
    for key in manifest.missing:
        say(f"Missing or damaged before the export, and so not in the file: receipt {key}")
    size = path.stat().st_size
    say(f"{path} has everything: {size:,} bytes, in {time.monotonic() - started:.1f} s. It is as secret as the stores are.")


def arrive(settings: HomeSettings, environ: Mapping[str, str], path: Path, *, say: Callable[[str], None]) -> None:
    """Store everything of a file. Raises REFUSALS."""
    started = time.monotonic()
    with opened(settings, environ) as house:
        manifest, arrived = unpack(house, path, say=say)
    for line in _table(manifest, arrived):
        say(line)
    for key in manifest.missing:
        say(f"Missing or damaged before the export, and so not here: receipt {key}")
    say(f"Everything of {path} is there and the same, in {time.monotonic() - started:.1f} s.")


def sentence_of(error: BaseException) -> str:
    """Return what a person is told."""
    if isinstance(error, OSError) and error.strerror and not isinstance(error, BrokerUnavailableError):
        return f"{error.strerror}: {error.filename or 'the archive was not written'}"
    cause = error.__cause__
    return f"{error} ({type(cause).__name__})" if cause and isinstance(error, UnavailableError) else str(error)


def _table(manifest: Manifest, arrived: Mapping[str, Sum] | None = None) -> list[str]:
    width = max(len(name) for name in manifest.sums)
    head = f"{'part':<{width}}  {'count':>9}  {'sha-256':<{_SHOWN}}"
    lines = [head if arrived is None else f"{head}  {'arrived':>9}  {'sha-256':<{_SHOWN}}"]
    for name, found in manifest.sums.items():
        line = f"{name:<{width}}  {found.count:>9,}  {found.hex[:_SHOWN]}"
        lines.append(line if arrived is None else f"{line}  {arrived[name].count:>9,}  {arrived[name].hex[:_SHOWN]}  same")
    return lines
