"""The programs of packages: this machine's, or those of another Debian in the folder that OUTLAY_SERVERS_ROOT names.

`make newer` makes such folders. A program runs in it as if it were the machine, and sees one folder of the tests beside it.
"""

from __future__ import annotations

import os
from pathlib import Path

# The mounts are the program's own: they end with it, so that nothing is left to unmount.
_ENTER = """
set -e
root=$0 folder=$1
shift
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs none "$root/tmp"
mkdir -p "$root$folder"
mount --rbind "$folder" "$root$folder"
exec chroot "$root" "$@"
"""


def has_package(program: str) -> bool:
    """Say whether a program is installed, by its path."""
    return Path(f"{_root()}{program}").exists()


def packaged(program: str, *arguments: str | Path, folder: Path) -> list[str]:
    """Return the command that runs a package's program, which becomes the process itself. `folder` is what it reads and writes."""
    command = [program, *map(str, arguments)]
    return ["unshare", "--mount", "sh", "-c", _ENTER, root, str(folder.resolve()), *command] if (root := _root()) else command


def _root() -> str:
    return os.environ.get("OUTLAY_SERVERS_ROOT", "").rstrip("/")
