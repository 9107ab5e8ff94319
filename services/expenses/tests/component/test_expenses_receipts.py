"""Receipts: which uploads are accepted, what is stored, and how it is returned."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.expenses_api import Api
from support.receipt_requests import ENDINGS, KINDS, PHOTO, an_expense, send, sent, stored
from testing.fakes import pictures
from testing.fakes.callers import MARIA, OTTO, a_caller


@pytest.mark.parametrize("media_type", KINDS)
def test_each_file_type_is_recognized_by_its_content(api: Api, media_type: str) -> None:
    receipt = sent(api, an_expense(api), KINDS[media_type], name="C:\\scans\\invoice\u202e.exe")
    assert receipt["media_type"] == media_type
    assert receipt["name"] == f"invoice.{ENDINGS[media_type]}"
    answer = api("GET", f"/receipts/{receipt['id']}/content")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    assert hashlib.sha256(answer.content).hexdigest() == receipt["sha256"]
    assert len(answer.content) == receipt["size"] == int(answer.headers["Content-Length"])


@pytest.mark.parametrize("media_type", [kind for kind in KINDS if kind != "application/pdf"])
def test_a_picture_keeps_pixels_and_time_but_not_place_and_camera(api: Api, media_type: str) -> None:
    given = KINDS[media_type]
    receipt = sent(api, an_expense(api), given)
    kept = api("GET", f"/receipts/{receipt['id']}/content").content
    before, after = pictures.opened(given), pictures.opened(kept)
    assert pictures.told_by(before)["place"], "the picture was one with a place"
    assert after.tobytes() == before.tobytes()
    told = pictures.told_by(after)
    assert told["place"] == {}
    assert told["camera"] is None
    assert told["taken"] == pictures.TAKEN
    for secret in (pictures.CAMERA.encode(), b"GPSLatitude", b"Munich"):
        assert secret not in kept


def test_a_photo_taken_on_its_side_is_shown_upright(api: Api) -> None:
    receipt = sent(api, an_expense(api), pictures.a_jpeg(size=(800, 600), orientation=6))
    assert (receipt["width"], receipt["height"]) == (600, 800)
    answer = api("GET", f"/receipts/{receipt['id']}/thumbnail")
    assert answer.headers["Content-Type"] == "image/webp"
    small = pictures.opened(answer.content)
    assert (small.format, small.size) == ("WEBP", (360, 480))
    assert not dict(small.getexif())


def test_the_first_page_of_a_pdf_is_its_picture(api: Api) -> None:
    receipt = sent(api, an_expense(api), pictures.a_pdf(b"0 0 100 200 re f"))
    assert (receipt["thumbnail"], receipt["width"]) == (True, None)
    for path, side in (("thumbnail", 480), ("preview", 800)):
        page = pictures.opened(api("GET", f"/receipts/{receipt['id']}/{path}").content).convert("L")
        assert page.size == (side, side)
        left, right = (page.getpixel((side * quarter // 4, 5)) for quarter in (1, 3))
        assert (left < 40, right > 200) == (True, True), "its left half is black"


def test_a_pdf_that_cannot_be_drawn_is_kept_without_a_picture(api: Api) -> None:
    receipt = sent(api, an_expense(api), pictures.a_pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[]/Count 0"))
    assert receipt["thumbnail"] is False
    for path in ("thumbnail", "preview"):
        assert api("GET", f"/receipts/{receipt['id']}/{path}").status_code == 404


@pytest.mark.parametrize("media_type", [kind for kind in KINDS if kind.startswith("image/")])
def test_every_picture_can_be_read_in_every_browser(api: Api, media_type: str) -> None:
    receipt = sent(api, an_expense(api), KINDS[media_type])
    answer = api("GET", f"/receipts/{receipt['id']}/preview")
    assert answer.headers["Content-Type"] == "image/webp"
    assert pictures.opened(answer.content).size == (receipt["width"], receipt["height"])


def test_an_expense_shows_its_receipts_in_lists_too(api: Api) -> None:
    expense = an_expense(api)
    an_expense(api)
    first, second = sent(api, expense), sent(api, expense, pictures.a_pdf())
    assert [one["id"] for one in api("GET", f"/expenses/{expense}/receipts").json()["items"]] == [first["id"], second["id"]]
    assert api("GET", f"/expenses/{expense}").json()["receipts"] == [first, second]
    assert [len(one["receipts"]) for one in api("GET", "/expenses").json()["items"]] == [0, 2]


def test_the_same_content_is_stored_once_for_each_person(api: Api, tmp_path: Path) -> None:
    one, other = an_expense(api), an_expense(api)
    first = sent(api, one)
    assert sent(api, one) == first, "the same at the same expense is the same receipt"
    second = sent(api, other)
    assert second["id"] != first["id"]
    assert len(stored(tmp_path)) == 2, "the file and its small picture"
    assert api("DELETE", f"/receipts/{first['id']}").status_code == 204
    assert api("GET", f"/receipts/{second['id']}/content").status_code == 200
    assert api("DELETE", f"/receipts/{second['id']}").status_code == 204
    assert stored(tmp_path) == []
    assert sent(api, one)["sha256"] == first["sha256"], "it can come back"


def test_two_people_with_the_same_content_do_not_share_it(api: Api, tmp_path: Path) -> None:
    mine = sent(api, an_expense(api))
    otto = api.as_(a_caller(OTTO))
    sent(otto, an_expense(otto))
    assert len(stored(tmp_path)) == 4
    for path in ("", "/content", "/thumbnail", "/preview"):
        assert otto("GET", f"/receipts/{mine['id']}{path}").status_code == 404
    assert otto("DELETE", f"/receipts/{mine['id']}").status_code == 404
    assert send(otto, mine["expense_id"]).status_code == 404


@contextmanager
def database_of(folder: Path) -> Iterator[sqlite3.Connection]:
    rows = sqlite3.connect(folder / "expenses.db", isolation_level=None)
    yield rows
    rows.close()


REFUSED = {
    "an executable renamed": (b"MZ\x90\x00" + bytes(500), 415, "a Windows program"),
    "a script": (b"#!/bin/sh\nrm -rf /", 415, "a script"),
    "a web page": (b"<html><script>alert(1)</script>", 415, "a web page"),
    "an archive": (b"PK\x03\x04" + bytes(100), 415, "a ZIP archive"),
    "nothing": (b"", 415, "it is empty"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415, "an XML document"),
    "a GIF": (b"GIF89a" + bytes(100), 415, "a GIF"),
    "an AVIF": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", 415, "an AVIF"),
    "a film": (b"\0\0\0\x14ftypisom\0\0\0\0mp42" + bytes(100), 415, "a film"),
    "a WebP that moves": (pictures.a_film(), 422, "a still picture"),
    "a JPEG of 65,000 x 65,000": (pictures.a_jpeg_of(65_000, 65_000), 422, "65,000 x 65,000 pixels"),
    "a WebP of 16,383 x 16,383": (pictures.a_webp_of(16_383, 16_383), 422, ""),
    "a HEIC of 100,000 x 100,000": (pictures.a_heic_of(100_000, 100_000), 422, ""),
    "a PNG of 100,000 x 100,000": (pictures.a_png_of(100_000, 100_000), 422, "100,000 x 100,000 pixels"),
    "a zip bomb PDF": (pictures.a_bomb(), 422, "more than 256 MB when unpacked"),
    "a PDF with an object stream that is a bomb": (
        pictures.a_bomb(b"/Type/ObjStm/N 9/First 90"),
        422,
        "more than 256 MB when unpacked",
    ),
    "a PDF packed twice": (pictures.a_pdf().replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode]"), 422, "compressed twice"),
    "half a PDF": (pictures.a_pdf()[:-10], 422, "is incomplete"),
    "half a JPEG": (PHOTO[: len(PHOTO) // 2], 422, "is incomplete"),
    "half a PNG": (pictures.a_png()[:-30], 422, "is incomplete"),
    "half a WebP": (pictures.a_webp()[:-30], 422, "is incomplete"),
    "half a HEIC": (pictures.a_heic()[:-30], 422, "is incomplete"),
    "a JPEG in name and first bytes alone": (b"\xff\xd8\xff\xe0" + os.urandom(500), 422, ""),
    "more than 10 MB": (pictures.a_pdf() + bytes(10 * 1024 * 1024) + b"%%EOF", 413, "10 MB at most"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_other_files_are_refused_with_the_reason_and_not_stored(api: Api, tmp_path: Path, what: str) -> None:
    content, status, reason = REFUSED[what]
    expense = an_expense(api)
    answer = send(api, expense, content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    assert reason in answer.json()["detail"]
    assert stored(tmp_path) == []
    with database_of(tmp_path) as rows:
        assert rows.execute("SELECT (SELECT COUNT(*) FROM receipt), (SELECT COUNT(*) FROM receipt_file)").fetchone() == (0, 0)


def test_only_the_picture_is_kept_of_a_file_that_is_also_a_page(api: Api) -> None:
    page = b"<script>alert(document.domain)</script>"
    photo = pictures.a_jpeg(3)
    comment = b"\xff\xfe" + (len(page) + 2).to_bytes(2) + page
    receipt = sent(api, an_expense(api), photo[:2] + comment + photo[2:] + page, name="lunch.html")
    answer = api("GET", f"/receipts/{receipt['id']}/content")
    assert b"<script" not in answer.content
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")


def test_an_upload_with_another_digest_is_refused(api: Api, tmp_path: Path) -> None:
    expense = an_expense(api)
    assert send(api, expense, sha256=hashlib.sha256(PHOTO).hexdigest().upper()).status_code == 201
    other = pictures.a_jpeg(7)
    answer = send(api, expense, other, sha256=hashlib.sha256(PHOTO).hexdigest())
    assert answer.status_code == 422
    assert "not the one that you sent" in answer.json()["detail"]
    assert len(stored(tmp_path)) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the form's parser leaves its file to the collector
def test_an_interrupted_form_stores_nothing(api: Api, tmp_path: Path) -> None:
    expense = an_expense(api)
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + PHOTO
    kind = "multipart/form-data; boundary=b"
    for cut in (body, body[:-200], body + b"\r\n--b"):
        answer = api.with_header("Content-Type", kind)("POST", f"/expenses/{expense}/receipts", content=cut)
        assert answer.status_code == 400, answer.text
    assert stored(tmp_path) == []


def test_an_expense_has_twenty_receipts_at_most(api: Api) -> None:
    expense = an_expense(api)
    for number in range(20):
        sent(api, expense, pictures.a_pdf(str(number).encode()))
    answer = send(api, expense)
    assert (answer.status_code, answer.json()["detail"]) == (422, "An expense has 20 receipts at most.")


def test_receipts_are_deleted_once_their_expense_cannot_be_restored(api: Api, tmp_path: Path) -> None:
    expense, other = an_expense(api), an_expense(api)
    receipt, kept = sent(api, expense), sent(api, other, pictures.a_pdf())
    assert api("DELETE", f"/expenses/{expense}", version=1).status_code == 204
    assert api("GET", f"/receipts/{receipt['id']}").status_code == 404
    api.clock.later(hours=2)
    api.service.clean_up()
    assert len(stored(tmp_path)) == 4, "the expense can still be restored, and its receipt with it"
    api.clock.later(hours=23)
    api.service.clean_up()
    assert [path.name for path in stored(tmp_path)] == [kept["sha256"], f"{kept['sha256']}.webp"]


def test_a_deleted_account_takes_its_files_along(api: Api, tmp_path: Path) -> None:
    sent(api, an_expense(api))
    otto = api.as_(a_caller(OTTO))
    sent(otto, an_expense(otto))
    api.tell("user.deleted", user_id=MARIA)
    assert {path.parent.name for path in stored(tmp_path)} == {OTTO}


def test_concurrent_uploads_of_the_same_content_are_one_receipt(api: Api, tmp_path: Path) -> None:
    expense = an_expense(api)
    answers, places = [], 2  # a third is one more than a person may have at a time, and might be told to come again
    threads = [threading.Thread(target=lambda: answers.append(send(api, expense))) for _ in range(places)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * places
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(stored(tmp_path)) == 2


def test_cleanup_deletes_the_file_of_an_interrupted_upload(api: Api, tmp_path: Path) -> None:
    expense = an_expense(api)
    with database_of(tmp_path) as rows:
        rows.execute("CREATE TRIGGER full BEFORE INSERT ON receipt BEGIN SELECT RAISE(ABORT, 'no room'); END")
        assert send(api, expense).status_code == 500
        rows.execute("DROP TRIGGER full")
    assert api("GET", f"/expenses/{expense}/receipts").json()["items"] == []
    assert len(stored(tmp_path)) == 2
    api.clock.later(hours=2)
    api.service.clean_up()
    assert stored(tmp_path) == []
    assert sent(api, expense)["name"] == "lunch.jpg", "it can be sent again"


def test_a_file_is_deleted_if_its_expense_goes_during_the_upload(api: Api, tmp_path: Path) -> None:
    expense = an_expense(api)
    with database_of(tmp_path) as rows:
        # The expense goes while the file is on its way: between the note of the file and the receipt.
        rows.execute("CREATE TRIGGER gone AFTER INSERT ON receipt_file BEGIN DELETE FROM expense; END")
        assert send(api, expense).status_code == 404
    assert stored(tmp_path) == []
