"""The permissions of the data folder."""

from contextlib import suppress
from pathlib import Path


def keep_private(folder: Path) -> None:
    """Make a folder readable by its owner only.

    A volume in a cluster belongs to root and the group of the pod; only its owner may change that, so it stays as it was mounted.
    """
    with suppress(PermissionError):
        folder.chmod(0o700)
