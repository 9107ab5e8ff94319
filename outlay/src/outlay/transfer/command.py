"""The commands `outlay export --all` and `outlay import`: progress, a table of what was moved, and clear errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from chassis.messaging.rabbitmq import BrokerUnavailableError
from chassis.runtime.problems import UnavailableError
from chassis.storage.migrations import SchemaTooNewError
from outlay.server import DataFolderInUseError
from outlay.settings import HomeSettings
from outlay.transfer.archive import ArchiveError
from outlay.transfer.checksums import Checksum
from outlay.transfer.data_set import opened
from outlay.transfer.deliver_pending import deliver_pending
from outlay.transfer.exporting import PendingError, export_to
from outlay.transfer.importing import ContentDiffersError, NotEmptyError, import_from
from outlay.transfer.manifest import Manifest

REFUSALS = (
    ArchiveError,
    NotEmptyError,
    ContentDiffersError,
    PendingError,
    DataFolderInUseError,
    SchemaTooNewError,
    BrokerUnavailableError,
    UnavailableError,
    OSError,
)
_SHOWN = 16
"""Digits of a checksum that are shown."""


def export_command(settings: HomeSettings, environ: Mapping[str, str], path: Path, *, say: Callable[[str], None]) -> None:
    """Write everything into a file. Raises REFUSALS."""
    started = time.monotonic()
    with opened(settings, environ) as data_set:
        deliver_pending(data_set, settings, environ, say=say)
        manifest = export_to(data_set, path)
    for line in _table(manifest):
        say(line)
    for key in manifest.missing:
        say(f"Receipt {key} was missing or damaged before the export, so it is not in the file.")
    size = path.stat().st_size
    say(f"{path} has everything: {size:,} bytes, in {time.monotonic() - started:.1f} s. Keep it as secret as the stores.")


def import_command(settings: HomeSettings, environ: Mapping[str, str], path: Path, *, say: Callable[[str], None]) -> None:
    """Store everything of a file. Raises REFUSALS."""
    started = time.monotonic()
    with opened(settings, environ) as data_set:
        manifest, stored = import_from(data_set, path, say=say)
    for line in _table(manifest, stored):
        say(line)
    for key in manifest.missing:
        say(f"Receipt {key} was missing or damaged before the export, so it is not here.")
    say(f"Everything in {path} was imported and is identical, in {time.monotonic() - started:.1f} s.")


def sentence_of(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror and not isinstance(error, BrokerUnavailableError):
        return f"{error.strerror}: {error.filename or 'the archive was not written'}"
    cause = error.__cause__
    return f"{error} ({type(cause).__name__})" if cause and isinstance(error, UnavailableError) else str(error)


def _table(manifest: Manifest, stored: Mapping[str, Checksum] | None = None) -> list[str]:
    width = max(len(name) for name in manifest.sums)
    head = f"{'part':<{width}}  {'count':>9}  {'sha-256':<{_SHOWN}}"
    lines = [head if stored is None else f"{head}  {'stored':>9}  {'sha-256':<{_SHOWN}}"]
    for name, found in manifest.sums.items():
        line = f"{name:<{width}}  {found.count:>9,}  {found.hex[:_SHOWN]}"
        lines.append(line if stored is None else f"{line}  {stored[name].count:>9,}  {stored[name].hex[:_SHOWN]}  same")
    return lines
