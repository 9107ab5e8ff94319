"""A disk that can be filled."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from testing.servers.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path


def test_an_import_fails_on_a_full_disk_and_succeeds_later(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk", size=4 * 1024 * 1024)
    if not disk.can_be_full:
        pytest.skip(disk.why_not)
    try:
        (disk.folder / "before").write_text("kept")
        disk.fill()
        with pytest.raises(OSError, match="No space left") as full:
            (disk.folder / "after").write_text("too much")
        assert full.value.errno == errno.ENOSPC
        disk.free()
        (disk.folder / "after").write_text("fits again")
        assert (disk.folder / "before").read_text() == "kept"
    finally:
        disk.close()
