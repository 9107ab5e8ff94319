"""Operations on receipts. Files are sent in such a way that nothing in them can do harm in a browser."""

from __future__ import annotations

from base64 import b64encode
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from werkzeug.datastructures import FileStorage

from chassis.web.request import Request, Response
from expenses.moments import instant, moment_of
from expenses.receipts.downloads import Download, ReceiptDownloads
from expenses.receipts.model import Receipt, safe_name
from expenses.receipts.service import ReceiptService

_HARMLESS = {
    # A file that opens as a page has no scripts, plug-ins, forms or origin, so it can do and reach nothing.
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_CACHED = {"Cache-Control": "private, no-cache"}
"""A browser may cache it, but asks each time whether the receipt still exists and the user may still see it."""


class ReceiptApi:
    """A method for each operation."""

    def __init__(self, receipts: ReceiptService, downloads: ReceiptDownloads) -> None:
        self._receipts, self._downloads = receipts, downloads

    def add_receipt(self, request: Request, expense_id: str, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        claimed = (body or {}).get("sha256")
        receipt = self._receipts.add(request.caller, expense_id, file.stream, file.filename or "", claimed)
        return receipt_body(receipt), HTTPStatus.CREATED, {}

    def list_receipts(self, request: Request, expense_id: str) -> Response:
        receipts = self._receipts.for_expense(request.caller, expense_id)
        return {"items": [receipt_body(receipt) for receipt in receipts]}, HTTPStatus.OK, {}

    def get_receipt(self, request: Request, receipt_id: str) -> Response:
        return receipt_body(self._receipts.get(request.caller, receipt_id)), HTTPStatus.OK, {}

    def get_receipt_content(self, request: Request, receipt_id: str) -> Response:
        return _response(self._downloads.content(request.caller, receipt_id, _range(request), _known_tags(request)))

    def get_receipt_thumbnail(self, request: Request, receipt_id: str) -> Response:
        return _response(self._downloads.thumbnail(request.caller, receipt_id, _known_tags(request)))

    def get_receipt_preview(self, request: Request, receipt_id: str) -> Response:
        return _response(self._downloads.preview(request.caller, receipt_id, _known_tags(request)))

    def remove_receipt(self, request: Request, receipt_id: str) -> Response:
        self._receipts.remove(request.caller, receipt_id)
        return None, HTTPStatus.NO_CONTENT, {}


def receipt_body(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "expense_id": receipt.expense_id,
        "name": receipt.name,
        "media_type": receipt.file.media_type,
        "size": receipt.file.size,
        "sha256": receipt.file.sha256,
        "width": receipt.file.width,
        "height": receipt.file.height,
        "thumbnail": receipt.file.thumbnail,
        "created_at": instant(moment_of(receipt.created_ms)),
    }


def _range(request: Request) -> str | None:
    """Return the Range header. With If-Range the whole file is sent, which is always correct."""
    return None if request.headers.get("If-Range") else request.headers.get("Range")


def _known_tags(request: Request) -> set[str]:
    """Return the entity tags that the client already has."""
    return {tag.strip().removeprefix("W/").strip('"') for tag in request.headers.get("If-None-Match", "").split(",")}


def _response(download: Download) -> Response:
    """Return a file, a part of it, or its address."""
    tag = f'"{download.etag}"'
    if download.link is not None:
        return (
            None,
            HTTPStatus.SEE_OTHER,
            {"Content-Type": download.media_type, "Location": download.link, "Cache-Control": "no-store"},
        )
    if download.known:
        return None, HTTPStatus.NOT_MODIFIED, {"Content-Type": download.media_type, "ETag": tag, **_CACHED}
    headers = {
        **_HARMLESS,
        **_CACHED,
        "Content-Type": download.media_type,
        "Content-Disposition": _disposition(download),
        "ETag": tag,
    }
    if download.size is not None:
        headers["Content-Length"] = str(download.size)
    if download.sha256 is not None:  # RFC 9530: parts are not checked here; the client that puts them together can do it
        digest = b64encode(bytes.fromhex(download.sha256)).decode()
        headers |= {"Accept-Ranges": "bytes", "Repr-Digest": f"sha-256=:{digest}:"}
    if download.span is not None:
        return iter(download.pieces), HTTPStatus.PARTIAL_CONTENT, headers | {"Content-Range": str(download.span)}
    return iter(download.pieces), HTTPStatus.OK, headers


def _disposition(download: Download) -> str:
    """Have browsers show pictures and save PDFs, since their PDF viewers do not run in a sandbox."""
    kind = "inline" if download.media_type.startswith("image/") else "attachment"
    drawn = download.media_type != download.receipt.file.media_type
    name = safe_name(download.receipt.name, "webp") if drawn else download.receipt.name
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._- ") else "_" for letter in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
