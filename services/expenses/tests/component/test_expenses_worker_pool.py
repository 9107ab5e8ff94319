"""Each receipt is examined in a process of its own, with little memory and time and few at once."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from chassis.runtime.problems import UnavailableError
from expenses.errors import UnacceptableReceiptError
from expenses.receipts.examiner import ReceiptExaminer
from expenses.receipts.worker_pool import WorkerPool
from support.receipt_requests import PHOTO
from testing.fakes import pictures
from testing.servers.disk import Disk

LITTLE = "import resource, runpy; resource.setrlimit(resource.RLIMIT_AS, (200_000_000, 200_000_000)); runpy.run_module({!r}, run_name='__main__')"


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [(pictures.a_bomb(), "application/pdf", "when unpacked"), (pictures.a_png_of(100_000, 100_000), "image/png", "pixels")],
    ids=["PDF", "PNG"],
)
def test_a_decompression_bomb_is_recognized_with_little_memory(tmp_path: Path, content: bytes, kind: str, reason: str) -> None:
    (tmp_path / "uploaded").write_bytes(content)
    command = [sys.executable, "-I", "-c", LITTLE.format("expenses.receipts.sandbox"), "examine", kind]
    files = [tmp_path / name for name in ("uploaded", "kept", "small")]
    done = subprocess.run([*command, *files], check=True, capture_output=True, text=True, timeout=20)
    assert reason in done.stdout
    assert not (tmp_path / "kept").exists()


def test_a_file_that_takes_too_long_is_refused() -> None:
    examiner = ReceiptExaminer(pool=WorkerPool(seconds=0.01))
    with pytest.raises(UnacceptableReceiptError, match="too long"), examiner.examine(io.BytesIO(PHOTO), None, user_id="maria"):
        pass


def test_a_picture_that_needs_too_much_memory_is_refused_alone(tmp_path: Path) -> None:
    large = io.BytesIO()
    Image.new("RGB", (8000, 6000)).save(large, "PNG", compress_level=1)
    examiner = ReceiptExaminer(pool=WorkerPool(megabytes=128), folder=tmp_path)
    with pytest.raises(UnacceptableReceiptError, match="takes more memory"), examiner.examine(large, None, user_id="maria"):
        pass
    with examiner.examine(io.BytesIO(PHOTO), None, user_id="maria") as found:
        assert found.file.width


def test_files_of_killed_processes_are_cleaned_up(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    old, new = tmp_path / "outlay-receipt-old", tmp_path / "outlay-receipt-new"
    for folder, hours in ((old, 2), (new, 0)):
        folder.mkdir()
        (folder / "uploaded").write_bytes(PHOTO)
        moment = (now - timedelta(hours=hours)).timestamp()
        os.utime(folder, (moment, moment))
    ReceiptExaminer(folder=tmp_path).clean_up(now - timedelta(hours=1))
    assert (old.exists(), new.exists()) == (False, True)


def test_a_full_disk_is_reported_as_unavailable(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk", size=2 * 1024 * 1024)
    if not disk.can_be_full:
        pytest.skip(disk.why_not)
    try:
        examiner = ReceiptExaminer(folder=disk.folder)
        with (
            pytest.raises(UnavailableError, match="no space"),
            examiner.examine(io.BytesIO(b"%PDF-" + bytes(5_000_000)), None, user_id="maria"),
        ):
            pass
        photo = pictures.a_pdf() + b"%" + os.urandom(1_100_000).hex().encode()[:1_100_000] + b"%%EOF"
        with (
            pytest.raises(UnavailableError, match="no space"),
            examiner.examine(io.BytesIO(photo), None, user_id="maria"),
        ):  # kept beside uploaded
            pass
        assert list(disk.folder.iterdir()) == []
    finally:
        disk.close()


def test_an_upload_without_a_place_is_refused_at_once(tmp_path: Path) -> None:
    examiner = ReceiptExaminer(pool=WorkerPool(places=1), folder=tmp_path)
    with examiner.examine(io.BytesIO(PHOTO), None, user_id="maria"):
        with pytest.raises(UnavailableError, match="Too many") as told, examiner.examine(io.BytesIO(PHOTO), None, user_id="jonas"):
            pass
        assert told.value.headers["Retry-After"] == "3"
    with examiner.examine(io.BytesIO(PHOTO), None, user_id="maria"):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_one_person_leaves_room_for_others(tmp_path: Path) -> None:
    examiner = ReceiptExaminer(pool=WorkerPool(places=5), folder=tmp_path)
    with ExitStack() as open_files:
        for _ in range(2):
            open_files.enter_context(examiner.examine(io.BytesIO(PHOTO), None, user_id="maria"))
        with pytest.raises(UnavailableError, match="Your other receipts"):
            open_files.enter_context(examiner.examine(io.BytesIO(PHOTO), None, user_id="maria"))
        open_files.enter_context(examiner.examine(io.BytesIO(PHOTO), None, user_id="jonas"))
    with examiner.examine(io.BytesIO(PHOTO), None, user_id="maria") as found:
        assert found.file.width
