"""Receipts are returned safely."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from expenses.errors import ReceiptFileMissingError
from expenses.receipts.downloads import verified
from support.expenses_api import Api
from support.receipt_requests import PHOTO, an_expense, sent
from testing.fakes import pictures
from testing.fakes.callers import MARIA

RANGES = {
    "bytes=0-9": (206, 0, 10),
    "bytes=10-": (206, 10, None),
    "bytes=-7": (206, -7, None),
    "bytes=5-99999999": (206, 5, None),
    "bytes=0-1,5-6": (200, 0, None),
    "bytes=9-3": (200, 0, None),
    "pages=1-2": (200, 0, None),
    "bytes=-": (200, 0, None),
}


@pytest.mark.parametrize("wanted", RANGES)
def test_a_part_of_a_file_can_be_requested(api: Api, wanted: str) -> None:
    status, first, last = RANGES[wanted]
    receipt = sent(api, an_expense(api), pictures.a_pdf())
    answer = api.with_header("Range", wanted)("GET", f"/receipts/{receipt['id']}/content")
    assert answer.status_code == status
    assert answer.content == pictures.a_pdf()[first:last]
    if status == 206:
        start, size = first % receipt["size"], receipt["size"]
        assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(answer.content) - 1}/{size}"
        digest = base64.b64encode(bytes.fromhex(receipt["sha256"])).decode()
        assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:", "so the parts can be put together with certainty"


def test_a_part_that_is_not_there_is_416(api: Api) -> None:
    receipt = sent(api, an_expense(api))
    answer = api.with_header("Range", f"bytes={receipt['size']}-")("GET", f"/receipts/{receipt['id']}/content")
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{receipt['size']}")


def test_a_file_that_the_browser_has_is_not_sent_again(api: Api) -> None:
    receipt = sent(api, an_expense(api))
    for path in ("content", "thumbnail", "preview"):
        tag = api("GET", f"/receipts/{receipt['id']}/{path}").headers["ETag"]
        again = api.with_header("If-None-Match", tag)("GET", f"/receipts/{receipt['id']}/{path}")
        assert (again.status_code, again.content) == (304, b"")


SCRIPTED = pictures.a_pdf().replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")


@pytest.mark.parametrize(
    ("content", "disposition"), [(PHOTO, "inline"), (pictures.a_pdf(), "attachment"), (SCRIPTED, "attachment")]
)
def test_an_opened_file_can_do_no_harm(api: Api, content: bytes, disposition: str) -> None:
    receipt = sent(api, an_expense(api), content, name='a"b\r\nSet-Cookie: x=1; 领收.html')
    headers = api("GET", f"/receipts/{receipt['id']}/content").headers
    assert headers["Content-Disposition"].startswith(f'{disposition}; filename="')
    assert headers["Content-Disposition"].count('"') == 2
    assert "Set-Cookie" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "sandbox;" in policy
    assert "default-src 'none'" in policy
    assert "allow-" not in policy


def test_a_damaged_file_is_not_sent_and_is_logged_as_an_error(api: Api, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    receipt = sent(api, an_expense(api), pictures.a_pdf(os.urandom(200_000)))
    path = tmp_path / "receipts" / MARIA / receipt["sha256"]
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    for damage in (lambda: None, path.unlink):
        damage()
        for what in ("content", "preview"):
            caplog.clear()
            answer = api("GET", f"/receipts/{receipt['id']}/{what}")
            assert (answer.status_code, answer.json()["title"]) == (500, "The file of this receipt is damaged or lost")
            assert [record.levelname for record in caplog.records if record.name == "outlay.app"] == ["ERROR"]


def test_a_large_damaged_file_ends_early() -> None:
    sent = verified(iter([b"one", b"two", b"thref"]), hashlib.sha256(b"onetwothree").hexdigest())
    assert [next(sent), next(sent)] == [b"one", b"two"]
    with pytest.raises(ReceiptFileMissingError):
        next(sent)
    assert b"".join(verified(iter([b"one", b"two"]), hashlib.sha256(b"onetwo").hexdigest())) == b"onetwo"
