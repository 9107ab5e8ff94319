"""A disk that can be filled."""

from __future__ import annotations

import subprocess
from pathlib import Path

_DISK_BYTES = 512 * 1024 * 1024


class Disk:
    """A small file system of its own for the stores, where one may be mounted; else just a folder."""

    def __init__(self, folder: Path, *, size: int = _DISK_BYTES) -> None:
        """Mount it; `can_be_full` says whether that was permitted."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        self.can_be_full = done.returncode == 0
        self.why_not = done.stderr.strip()
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave not one byte."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while ballast.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Give the space back."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it; what was on it is gone."""
        if self.can_be_full:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)


class EndlessDisk(Disk):
    """A folder that is never full."""

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.can_be_full, self.why_not = False, "no small disk was asked for"
