"""An API key is exchanged for a token at IAM once for many requests, and the token is sent with each of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from chassis.runtime.problems import UnavailableError
from chassis.runtime.settings import SettingsError, read_settings
from expenses.receipts.files import files_from
from expenses.settings import ExpensesSettings
from testing.servers.ports import free_ports

KEY = "an API key that nobody may read"


class Door(ThreadingHTTPServer):
    """Stands in for IAM and the object store, and records requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked: list[tuple[str, str]] = []
        self.form: dict[str, list[str]] = {}
        self.status, self.seconds = 200, 3600

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        self.server.form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append(("token", ""))
        given = sum(path == "token" for path, _ in self.server.asked)
        told = {"access_token": f"t0ken-{given}", "refresh_token": "r", "token_type": "Bearer", "expires_in": self.server.seconds}
        body = json.dumps({**told, "expiration": int(time.time()) + self.server.seconds}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Be quiet."""


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as opened:
        thread = threading.Thread(target=opened.serve_forever, daemon=True)
        thread.start()
        yield opened
        opened.shutdown()
        thread.join()


def settings_at(door: Door) -> ExpensesSettings:
    return ExpensesSettings(
        database="sqlite://",
        receipts=f"cos://receipts?endpoint={door.url}",
        cos_api_key=KEY,
        cos_instance="crn:v1:cos::",
        cos_iam_url=f"{door.url}/identity/token",
    )


def test_one_token_serves_many_requests(door: Door) -> None:
    files = files_from(settings_at(door))
    for _ in range(3):
        files.check()
    assert [path for path, _ in door.asked] == ["token", "/receipts", "/receipts", "/receipts"]
    assert {who.lower() for path, who in door.asked if path == "/receipts"} == {"bearer t0ken-1"}
    assert door.form["apikey"] == [KEY]


def test_an_expired_token_is_replaced(door: Door) -> None:
    files, door.seconds = files_from(settings_at(door)), 1
    files.check()
    door.seconds = 3600
    time.sleep(1.5)
    for _ in range(2):
        files.check()
    assert [who.lower() for path, who in door.asked if path == "/receipts"][-1] == "bearer t0ken-2"
    assert [path for path, _ in door.asked].count("token") == 2


def test_a_key_that_iam_refuses_is_unavailable_and_not_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.status = 400
    with pytest.raises(UnavailableError) as told:
        files_from(settings_at(door)).check()
    assert KEY not in str(told.value) + caplog.text + repr([record.__dict__ for record in caplog.records])
    assert not [path for path, _ in door.asked if path == "/receipts"]


COS = "cos://receipts?endpoint=https://s3.eu-de.cloud-object-storage.appdomain.cloud"
WRONG = {
    "a store of an unknown kind": ({"RECEIPTS": "ftp://receipts"}, "must be file:<folder> or cos://"),
    "no endpoint": ({"RECEIPTS": "cos://receipts", "COS_API_KEY": "k"}, "endpoint"),
    "no key at all": ({"RECEIPTS": COS}, "either COS_API_KEY"),
    "two kinds of keys": (
        {"RECEIPTS": COS, "COS_API_KEY": "k", "COS_ACCESS_KEY": "a", "COS_SECRET_KEY": "s"},
        "either COS_API_KEY",
    ),
    "half a key": ({"RECEIPTS": COS, "COS_ACCESS_KEY": "a"}, "either COS_API_KEY"),
    "links that cannot be signed": ({"RECEIPTS": COS, "COS_API_KEY": "k", "RECEIPTS_DOWNLOADS": "presigned"}, "cannot sign"),
    "a scanner of an unknown kind": ({"RECEIPTS_SCANNER": "mcafee://here"}, "clamav://"),
    "an unknown encryption": ({"RECEIPTS_ENCRYPTION": "rot13"}, "AES256"),
}


@pytest.mark.parametrize("what", WRONG)
def test_invalid_settings_are_refused_with_a_sentence(what: str) -> None:
    given, reason = WRONG[what]
    with pytest.raises(SettingsError, match=reason):
        read_settings(ExpensesSettings, {"EXPENSES_DB": "sqlite://", **given})


def test_valid_settings_are_accepted() -> None:
    read_settings(ExpensesSettings, {"EXPENSES_DB": "sqlite://", "RECEIPTS": COS, "COS_API_KEY": "k"})
    read_settings(
        ExpensesSettings, {"EXPENSES_DB": "sqlite://", "RECEIPTS": "file:/data/receipts", "RECEIPTS_SCANNER": "clamav://av:3310"}
    )


def test_without_iam_receipts_are_unavailable(door: Door) -> None:
    gone = free_ports(1)[0]
    with pytest.raises(UnavailableError):
        files_from(replace(settings_at(door), cos_iam_url=f"http://127.0.0.1:{gone}/identity/token")).check()
    assert door.asked == []
