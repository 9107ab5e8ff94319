"""Receipts over real connections: uploads that break off, give a wrong length, or would not fit into memory."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from testing.clients.client import PASSWORD, Person
from testing.fakes import pictures
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

BOUNDARY = "b0undary"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="lunch.jpg"\r\n\r\n'.encode()
BODY = HEAD + pictures.a_jpeg(size=(900, 900)) + f"\r\n--{BOUNDARY}--\r\n".encode()
CHUNKED = f"{len(BODY) // 2:x}\r\n".encode() + BODY[: len(BODY) // 2] + b"\r\n"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory):
    with OutlayProcess(tmp_path_factory.mktemp("receipts") / "data") as started:
        yield started


def stored(process: OutlayProcess) -> list[Path]:
    return [path for path in (process.data / "receipts").rglob("*") if path.is_file()]


def said_raw(process: OutlayProcess, person: Person, expense: str, length: str, body: bytes, *, leave: bool = True) -> str:
    """Send a raw request, and disconnect without waiting; return the first line of the response, if there is one."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    address = urlsplit(process.url)
    head = (
        f"POST /api/v1/expenses/{expense}/receipts HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n{length}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        if leave:
            connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline().decode()


BROKEN = {
    "the connection ends in the middle": (f"Content-Length: {len(BODY)}", BODY[: len(BODY) // 2]),
    "the length is too large": (f"Content-Length: {len(BODY) + 500}", BODY),
    "the length is too small": (f"Content-Length: {len(BODY) - 200}", BODY),
    "chunks end in the middle": ("Transfer-Encoding: chunked", CHUNKED),
    "chunks end in order, the form does not": ("Transfer-Encoding: chunked", CHUNKED + b"0\r\n\r\n"),
    "the length is no number": ("Content-Length: many", BODY),
    "two lengths": (f"Content-Length: {len(BODY)}\r\nContent-Length: 10", BODY),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_upload_that_breaks_off_leaves_nothing(process: OutlayProcess, what: str) -> None:
    person = Person(process.url)
    expense = person.spend("4.80")["id"]
    answered = said_raw(process, person, expense, *BROKEN[what])
    assert not answered or answered.split(" ")[1].startswith("4"), answered
    time.sleep(1)  # for what might still be under way
    assert person.read(f"expenses/{expense}/receipts")["items"] == []
    assert stored(process) == []


def test_a_complete_upload_sent_the_same_way_is_kept(process: OutlayProcess) -> None:
    person = Person(process.url)
    expense = person.spend("4.80")["id"]
    assert " 201 " in said_raw(process, person, expense, f"Content-Length: {len(BODY)}", BODY, leave=False)
    [receipt] = person.read(f"expenses/{expense}/receipts")["items"]
    answer = person.get(f"receipts/{receipt['id']}/content", headers={"Range": "bytes=-2"})
    assert (answer.status_code, answer.content) == (206, b"\xff\xd9")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert person.delete(f"receipts/{receipt['id']}").status_code == 204
    assert stored(process) == []


def memory(process: OutlayProcess) -> int:
    """Return the largest resident memory of the process, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_an_image_too_large_for_memory_is_refused(process: OutlayProcess) -> None:
    person = Person(process.url)
    expense = person.spend("4.80")["id"]
    person.post(f"expenses/{expense}/receipts", files={"file": ("a", pictures.a_pdf())})
    before, files = memory(process), stored(process)
    for content, status in (
        (pictures.a_bomb(), 422),
        (pictures.a_png_of(100_000, 100_000), 422),
        (b"%PDF-1.4" + bytes(60_000_000), 413),
    ):
        assert person.post(f"expenses/{expense}/receipts", files={"file": ("a", content)}).status_code == status
    assert memory(process) - before < 40_000_000
    assert stored(process) == files
    assert files, "or nothing could be missed"


TOO_MUCH = {
    "a length that is too large, before anything else is read": ("Content-Length: 200000000", b""),
    "chunks that never end, as soon as they are too many": ("Transfer-Encoding: chunked", b"10000\r\n" + bytes(65536) + b"\r\n"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_too_large_upload_is_refused_before_it_is_read(process: OutlayProcess, what: str) -> None:
    person = Person(process.url)
    expense = person.spend("4.80")["id"]
    length, piece = TOO_MUCH[what]
    answered = said_raw(process, person, expense, length, piece * 162, leave=False)
    assert " 413 " in answered, "it has answered though nothing has come to its end"


def test_deleting_the_account_deletes_the_files(process: OutlayProcess) -> None:
    person = Person(process.url)
    expense = person.spend("4.80")["id"]
    assert person.post(f"expenses/{expense}/receipts", files={"file": ("a", pictures.a_jpeg(4))}).status_code == 201
    folder = process.data / "receipts" / person.user["id"]
    assert len(list(folder.iterdir())) == 2
    assert person.delete("users/me", headers={"X-Current-Password": quote(PASSWORD)}).status_code == 204
    eventually(lambda: not folder.exists())
