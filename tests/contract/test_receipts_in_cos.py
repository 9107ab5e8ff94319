"""The expenses service with its receipts in an object store: available, unavailable, and available again."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.runtime.problems import UnavailableError
from support.expenses_api import Api, WallClock, make_service
from support.objectstore import ObjectStore
from testing.fakes import pictures
from testing.fakes.callers import MARIA, OTTO, a_caller
from testing.servers.ports import free_ports

LARGE = pictures.a_pdf() + b"%" + os.urandom(6_000_000).replace(b"stream", b"") + b"\n%%EOF\n"
Opened = Callable[..., Api]


@pytest.fixture
def bucket(object_store: ObjectStore) -> dict[str, str]:
    """The settings for a new bucket."""
    made = dataclasses.asdict(object_store.settings())
    return {name: made[name] for name in ("receipts", "cos_access_key", "cos_secret_key")}


@pytest.fixture
def opened(tmp_path: Path, bucket: dict[str, str]) -> Iterator[Opened]:
    """Starts the service on the same database and bucket, with other settings if given."""
    services = []

    def start(**told: str) -> Api:
        clock = WallClock()
        services.append(make_service(tmp_path, clock, **{**bucket, **told}))
        return Api(services[-1], clock=clock)

    yield start
    for service in services:
        service.close()


def away(bucket: dict[str, str]) -> str:
    return f"{bucket['receipts'].split('?')[0]}?endpoint=http://127.0.0.1:{free_ports(1)[0]}"


def names(object_store: ObjectStore, bucket: dict[str, str]) -> list[str]:
    client: Any = object_store.client()
    name = bucket["receipts"].removeprefix("cos://").split("?", maxsplit=1)[0]
    return [one["Key"] for one in client.list_objects_v2(Bucket=name).get("Contents", [])]


def an_expense(api: Api) -> str:
    body = {"amount": {"amount": "48.20", "currency": "EUR"}, "spent_on": "2026-11-22"}
    return api("POST", "/expenses", json=body).json()["id"]


def send(api: Api, expense: str, content: bytes) -> httpx.Response:
    return api("POST", f"/expenses/{expense}/receipts", files={"file": ("a", content)})


def test_a_receipt_in_parts_is_stored_returned_and_removed(opened: Opened, object_store, bucket) -> None:
    api = opened()
    expense = an_expense(api)
    receipt, photo = send(api, expense, LARGE).json(), send(api, expense, pictures.a_jpeg()).json()
    assert receipt["sha256"] == hashlib.sha256(LARGE).hexdigest()
    answer = api("GET", f"/receipts/{receipt['id']}/content")
    assert (answer.status_code, answer.content == LARGE) == (200, True)
    part = api.with_header("Range", "bytes=5999990-")("GET", f"/receipts/{receipt['id']}/content")
    assert (part.status_code, part.content == LARGE[5_999_990:]) == (206, True)
    assert api("GET", f"/receipts/{photo['id']}/thumbnail").headers["Content-Type"] == "image/webp"
    assert len(names(object_store, bucket)) == 4
    for one in (receipt, photo):
        assert api("DELETE", f"/receipts/{one['id']}").status_code == 204
    assert names(object_store, bucket) == []


def test_a_browser_may_be_redirected_to_the_store(opened: Opened) -> None:
    api = opened(receipts_downloads="presigned")
    receipt = send(api, an_expense(api), pictures.a_pdf()).json()
    answer = api("GET", f"/receipts/{receipt['id']}/content")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")
    assert httpx.get(answer.headers["Location"], timeout=60).content == pictures.a_pdf()
    assert api("GET", f"/receipts/{receipt['id']}/preview").status_code == 200, "what a page shows comes through here"
    assert api.as_(a_caller(OTTO))("GET", f"/receipts/{receipt['id']}/content").status_code == 404


def test_a_changed_object_is_not_returned(opened: Opened, object_store, bucket, caplog) -> None:
    api = opened()
    receipt = send(api, an_expense(api), LARGE).json()
    name = bucket["receipts"].removeprefix("cos://").split("?", maxsplit=1)[0]
    object_store.client().put_object(Bucket=name, Key=f"{MARIA}/{receipt['sha256']}", Body=LARGE[:-1] + b"!")
    answer = api("GET", f"/receipts/{receipt['id']}/content")
    assert (answer.status_code, answer.json()["title"]) == (500, "The file of this receipt is damaged or lost")
    assert "ERROR" in {record.levelname for record in caplog.records}


def test_objects_are_removed_with_the_expense_or_by_cleanup(opened: Opened, object_store, bucket, tmp_path: Path) -> None:
    api = opened()
    gone, broken = an_expense(api), an_expense(api)
    assert send(api, gone, pictures.a_jpeg()).status_code == 201
    rows = sqlite3.connect(tmp_path / "expenses.db", isolation_level=None)
    rows.execute("CREATE TRIGGER crash BEFORE INSERT ON receipt BEGIN SELECT RAISE(ABORT, 'killed'); END")
    assert send(api, broken, pictures.a_jpeg(1)).status_code == 500
    rows.execute("DROP TRIGGER crash")
    rows.close()
    assert api("DELETE", f"/expenses/{gone}", version=1).status_code == 204
    api.service.clean_up()
    assert len(names(object_store, bucket)) == 4, "what is younger than an hour may be under way"
    api.clock.later(hours=2)
    api.service.clean_up()
    assert len(names(object_store, bucket)) == 2, "a deleted expense can be restored for a day"
    api.clock.later(hours=23)
    api.service.clean_up()
    assert names(object_store, bucket) == []


def test_an_outage_of_the_store_affects_receipts_only(opened, object_store, bucket) -> None:
    there = opened()
    expense = an_expense(there)
    kept = send(there, expense, pictures.a_pdf()).json()
    api = opened(receipts=away(bucket))
    for answer in (send(api, expense, LARGE), api("GET", f"/receipts/{kept['id']}/content")):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), answer.text
    assert [one["id"] for one in api("GET", f"/expenses/{expense}").json()["receipts"]] == [kept["id"]]
    assert api("DELETE", f"/receipts/{kept['id']}").status_code == 204, "the person need not wait for the store"
    assert len(names(object_store, bucket)) == 2
    there.clock.later(hours=2)
    there.service.clean_up()
    assert names(object_store, bucket) == []
    assert send(there, expense, LARGE).status_code == 201


def test_an_account_deleted_in_an_outage_is_erased_after_it(opened: Opened, object_store, bucket) -> None:
    api = opened()
    send(api, an_expense(api), pictures.a_jpeg())
    with pytest.raises(UnavailableError):
        opened(receipts=away(bucket)).tell("user.deleted", user_id=MARIA)
    assert len(names(object_store, bucket)) == 2
    api.tell("user.deleted", user_id=MARIA)
    assert names(object_store, bucket) == []
    assert api("GET", "/expenses").json()["items"] == []
