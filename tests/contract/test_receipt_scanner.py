"""Uploads are scanned by a real ClamAV if the settings name one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from support.expenses_api import Api, make_service
from testing.fakes import pictures
from testing.servers.clamav import BAD, running_clamd
from testing.servers.ports import free_ports


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_clamd(tmp_path_factory.mktemp("clamd")) as address:
        yield address


def send(folder: Path, scanner: str, content: bytes) -> httpx.Response:
    service = make_service(folder, receipts_scanner=scanner)
    api = Api(service)
    body = {"amount": {"amount": "48.20", "currency": "EUR"}, "spent_on": "2026-11-22"}
    expense = api("POST", "/expenses", json=body).json()["id"]
    try:
        return api("POST", f"/expenses/{expense}/receipts", files={"file": ("a.pdf", content)})
    finally:
        service.close()


@pytest.mark.parametrize("size", [0, 9_000_000])
def test_a_clean_file_is_taken(tmp_path: Path, clamd: str, size: int) -> None:
    assert send(tmp_path, clamd, pictures.a_pdf() + bytes(size) + b"%%EOF").status_code == 201


def test_malware_is_refused_by_name_and_not_kept(tmp_path: Path, clamd: str) -> None:
    answer = send(tmp_path, clamd, pictures.a_pdf().replace(b"%%EOF", BAD + b"\n%%EOF"))
    assert (answer.status_code, "Outlay.Test" in answer.json()["detail"]) == (422, True)
    assert not (tmp_path / "receipts").exists()


def test_no_upload_is_accepted_without_the_scanner(tmp_path: Path) -> None:
    answer = send(tmp_path, f"clamav://127.0.0.1:{free_ports(1)[0]}", pictures.a_pdf())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert not (tmp_path / "receipts").exists()
