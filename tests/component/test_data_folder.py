"""The data folder is made private where possible, and used as it is elsewhere."""

from __future__ import annotations

import base64
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from chassis.storage.schema import SchemaTooNewError
from outlay.folder import keep_private
from support.suite import built_suite
from testing.clients.client import Person
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

GROUP = 10001


def test_every_file_in_it_is_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with OutlayProcess(tmp_path / "data") as outlay:
            person = Person(outlay.url)
            receipt = {"file": ("a.png", PIXEL, "image/png")}
            person.post(f"expenses/{person.spend('1.00')['id']}/receipts", files=receipt).raise_for_status()
            eventually(outlay.mails)
            open_to_others = {
                path.relative_to(tmp_path).as_posix(): oct(path.stat().st_mode & 0o777)
                for path in outlay.data.rglob("*")
                if path.stat().st_mode & 0o077
            }
            assert {path.suffix for path in outlay.data.rglob("*")} >= {".db", ".eml", ".key"}
    finally:
        os.umask(before)
    assert open_to_others == {}


def test_a_refused_start_leaves_no_file_open(tmp_path: Path) -> None:
    with built_suite(tmp_path / "data"):
        pass  # which makes its stores
    with closing(sqlite3.connect(tmp_path / "data" / "expenses.db")) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(SchemaTooNewError), built_suite(tmp_path / "data"):
        pass
    opened = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert [path for path in opened if path.startswith(str(tmp_path))] == []


def test_our_own_folder_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    keep_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to somebody else")
def test_a_volume_of_root_and_the_pods_group_is_left_unchanged() -> None:
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
