"""What every store of receipt files guarantees; another store adds one entry to PLACES."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.runtime.ids import uuid7
from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptFileMissingError
from expenses.receipts.files import ReceiptFiles, files_from
from expenses.receipts.files.cos import PART
from expenses.receipts.model import file_key
from expenses.settings import ExpensesSettings
from support.objectstore import ObjectStore
from support.receipt_places import PLACES, Place
from testing.servers.disk import Disk


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Place:
    return PLACES[request.param](request)


@pytest.fixture
def files(place: Place) -> ReceiptFiles:
    return place.files


MARIA, OTTO = uuid7(), uuid7()
SMALL, LARGE = b"48.20 EUR", os.urandom(2 * PART + 12_345)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(files: ReceiptFiles, data: bytes, who: str = MARIA, **said: Any) -> str:
    key = file_key(who, digest_of(data))
    facts = {"size": len(data), "sha256": digest_of(data), "media_type": "application/pdf", **said}
    files.put(key, io.BytesIO(data), **facts)
    return key


def whole(files: ReceiptFiles, key: str, size: int) -> bytes:
    return b"".join(files.read(key, 0, size))


@pytest.mark.parametrize(
    "data", [SMALL, LARGE[:PART], LARGE[: PART + 1], LARGE], ids=["small", "a part", "a part and a byte", "large"]
)
def test_a_file_is_read_as_it_was_stored(files: ReceiptFiles, place: Place, data: bytes) -> None:
    key = put(files, data)
    assert place.names() == [key]
    assert whole(files, key, len(data)) == data


@pytest.mark.parametrize(("first", "length"), [(0, 1), (3, 5), (8, 1), (0, 9)])
def test_a_part_can_be_read(files: ReceiptFiles, first: int, length: int) -> None:
    assert b"".join(files.read(put(files, SMALL), first, length)) == SMALL[first : first + length]


def test_a_part_across_the_parts_of_a_large_file_can_be_read(files: ReceiptFiles) -> None:
    key = put(files, LARGE)
    assert b"".join(files.read(key, PART - 10, 20)) == LARGE[PART - 10 : PART + 10]


def test_a_missing_file_is_reported_before_the_first_piece(files: ReceiptFiles) -> None:
    with pytest.raises(ReceiptFileMissingError):
        files.read(file_key(MARIA, digest_of(b"never put")), 0, 10)


def test_storing_the_same_file_again_changes_nothing(files: ReceiptFiles, place: Place) -> None:
    assert put(files, SMALL) == put(files, SMALL)
    assert len(place.names()) == 1


def test_a_removed_file_is_gone_and_may_be_removed_again(files: ReceiptFiles, place: Place) -> None:
    key, kept = put(files, SMALL), put(files, b"another")
    files.remove(key)
    files.remove(key)
    assert place.names() == [kept]
    with pytest.raises(ReceiptFileMissingError):
        files.read(key, 0, 1)


def test_a_person_is_erased_and_nobody_else(files: ReceiptFiles, place: Place) -> None:
    for data in (SMALL, LARGE, b"a third"):
        put(files, data)
    theirs = put(files, SMALL, OTTO)
    place.begin(file_key(MARIA, digest_of(b"never ended")))
    files.remove_all(MARIA)
    assert (place.names(), place.halves()) == ([theirs], 0)
    files.remove_all(MARIA)


def test_an_upload_that_never_ended_is_cleaned_up(files: ReceiptFiles, place: Place) -> None:
    kept = put(files, SMALL)
    place.begin(file_key(MARIA, digest_of(b"never ended")))
    files.remove_incomplete(datetime.now(UTC) - timedelta(minutes=5))
    assert place.halves() == 1, "somebody may be at it"
    files.remove_incomplete(datetime.now(UTC) + timedelta(minutes=5))
    assert (place.names(), place.halves()) == ([kept], 0)


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_a_file_shorter_than_announced_is_not_stored(files: ReceiptFiles, place: Place, data: bytes) -> None:
    with pytest.raises(UnavailableError):
        put(files, data, size=len(data) + 1)
    assert (place.names(), place.halves()) == ([], 0)


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["small", "large"])
def test_a_file_with_another_hash_than_announced_is_not_stored(files: ReceiptFiles, place: Place, data: bytes) -> None:
    with pytest.raises(UnavailableError):
        put(files, data, sha256=digest_of(b"another"))
    assert (place.names(), place.halves()) == ([], 0)


def test_a_folder_can_be_opened_by_its_owner_only(tmp_path: Path) -> None:
    put(files_from(ExpensesSettings(database="sqlite://", receipts=f"file:{tmp_path}/receipts")), SMALL)
    found = {path.relative_to(tmp_path).parts[-1]: path.stat().st_mode & 0o777 for path in (tmp_path / "receipts").rglob("*")}
    assert found == {MARIA: 0o700, digest_of(SMALL): 0o600}
    assert (tmp_path / "receipts").stat().st_mode & 0o777 == 0o700


def test_a_full_disk_keeps_its_files_and_takes_no_partial_one(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk", size=2 * 1024 * 1024)
    if not disk.can_be_full:
        pytest.skip(disk.why_not)
    try:
        files = files_from(ExpensesSettings(database="sqlite://", receipts=f"file:{disk.folder}/receipts"))
        kept = put(files, SMALL)
        with pytest.raises(UnavailableError) as told:
            put(files, LARGE)
        assert told.value.headers["Retry-After"] == "5"
        assert [path.name for path in disk.folder.rglob("*") if path.is_file()] == [digest_of(SMALL)]
        assert whole(files, kept, len(SMALL)) == SMALL
        assert put(files, b"what fits is taken")
    finally:
        disk.close()


def test_a_persons_last_file_may_go_while_another_is_stored(tmp_path: Path) -> None:
    files = files_from(ExpensesSettings(database="sqlite://", receipts=f"file:{tmp_path}/receipts"))
    troubles: list[Exception] = []

    def come_and_go(data: bytes) -> None:
        try:
            for _ in range(60):
                files.remove(put(files, data))
        except UnavailableError as error:
            troubles.append(error)

    threads = [threading.Thread(target=come_and_go, args=(bytes([number]),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def test_an_interrupted_upload_leaves_nothing_behind(files: ReceiptFiles, place: Place) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= PART:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises((UnavailableError, ConnectionResetError)):
        files.put(
            file_key(MARIA, digest_of(LARGE)), Broken(LARGE), size=len(LARGE), sha256=digest_of(LARGE), media_type="image/png"
        )
    assert (place.names(), place.halves()) == ([], 0)


def test_an_unavailable_store_says_when_to_try_again(place: Place) -> None:
    key = file_key(MARIA, digest_of(SMALL))
    for attempt in (
        lambda: put(place.away, SMALL),
        lambda: place.away.read(key, 0, 1),
        lambda: place.away.remove_all(MARIA),
        place.away.check,
    ):
        with pytest.raises(UnavailableError) as told:
            attempt()
        assert told.value.headers["Retry-After"] == "5"


def test_an_available_store_passes_its_check(files: ReceiptFiles) -> None:
    files.check()


def test_a_missing_bucket_is_unavailable(object_store: ObjectStore) -> None:
    settings = replace(object_store.settings(), receipts=f"cos://never-made?endpoint={object_store.endpoint}")
    with pytest.raises(UnavailableError):
        files_from(settings).check()


def test_a_wrong_key_is_unavailable_and_reveals_no_secret(object_store: ObjectStore, caplog: pytest.LogCaptureFixture) -> None:
    settings = replace(object_store.settings(), cos_secret_key="a wrong secret that nobody may read")
    with pytest.raises(UnavailableError) as told:
        put(files_from(settings), SMALL)
    for text in (str(told.value), caplog.text, repr([record.__dict__ for record in caplog.records])):
        assert settings.cos_secret_key not in text
        assert settings.cos_access_key not in text


def test_browsers_get_a_presigned_address_if_the_settings_say_so(object_store: ObjectStore) -> None:
    files = files_from(object_store.settings(receipts_downloads="presigned"))
    key = put(files, SMALL)
    address = files.link(key, name="lunch 领.pdf", media_type="application/pdf")
    assert address is not None
    answer = httpx.get(address, timeout=60)
    assert (answer.status_code, answer.content) == (200, SMALL)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "X-Amz-Expires=60&" in f"{address}&"
    assert httpx.get(address.split("?")[0], timeout=60).status_code == 403, "without the signature it is nobody's"
    assert httpx.get(address.replace("attachment", "inline"), timeout=60).status_code == 403, "what it is opened as is signed too"


def test_files_are_encrypted_by_the_server_if_the_settings_say_so(object_store: ObjectStore) -> None:
    settings = object_store.settings(receipts_encryption="AES256")
    files, client = files_from(settings), object_store.client()
    bucket = settings.receipts.removeprefix("cos://").split("?", maxsplit=1)[0]
    for data in (SMALL, LARGE):
        key = put(files, data)
        assert whole(files, key, len(data)) == data
        assert client.head_object(Bucket=bucket, Key=key)["ServerSideEncryption"] == "AES256"
