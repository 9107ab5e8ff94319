"""Receipts to send, and what became of them."""

from __future__ import annotations

from pathlib import Path

from support.expenses_api import Api
from testing.fakes import pictures

KINDS = {
    "image/jpeg": pictures.a_jpeg(orientation=6),
    "image/png": pictures.a_png(),
    "image/webp": pictures.a_webp(),
    "image/heic": pictures.a_heic(),
    "application/pdf": pictures.a_pdf(),
}


ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic", "application/pdf": "pdf"}


PHOTO = KINDS["image/jpeg"]


def an_expense(api: Api) -> str:
    body = {"amount": {"amount": "48.20", "currency": "EUR"}, "spent_on": "2026-11-22"}
    return api("POST", "/expenses", json=body).json()["id"]


def send(api: Api, expense: str, content: bytes = PHOTO, name: str = "lunch.jpg", **form: str):
    return api("POST", f"/expenses/{expense}/receipts", files={"file": (name, content, "text/html")}, data=form)


def sent(api: Api, expense: str, content: bytes = PHOTO, name: str = "lunch.jpg") -> dict:
    answer = send(api, expense, content, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "receipts").rglob("*") if path.is_file())
