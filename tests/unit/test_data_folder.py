"""The data folder is private where it can be made so, and used where it cannot."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from outlay.folder import keep_private

GROUP = 10001


def test_a_folder_of_ours_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    keep_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_a_volume_that_belongs_to_root_and_the_group_of_the_pod_stays_as_it_is() -> None:
    with tempfile.TemporaryDirectory() as place:
        volume = Path(place)
        os.chown(volume, 0, GROUP)
        volume.chmod(0o2775)
        child = os.fork()
        if child == 0:
            os._exit(_in_the_pod(volume))
        _, status = os.waitpid(child, 0)
        assert status == 0
        assert (volume / "lock").read_text() == "it is ours all the same"
        assert volume.stat().st_mode & 0o7777 == 0o2775


def _in_the_pod(volume: Path) -> int:
    try:
        os.setgroups([])
        os.setgid(GROUP)
        os.setuid(GROUP)
        keep_private(volume)
        (volume / "lock").write_text("it is ours all the same")
    except OSError:
        return 1
    return 0
