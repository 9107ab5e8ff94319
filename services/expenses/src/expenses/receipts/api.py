"""Operations on receipts. A file is sent so that whatever is in it can do no harm in a browser."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chassis.web.request import Request, Response
from expenses.receipts.downloads import ReceiptContents
from expenses.receipts.model import name_of
from expenses.receipts.service import ReceiptBook
from expenses.requests import caller_of

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

    from expenses.receipts.downloads import Content

_NOT_MODIFIED, _WHOLE, _PART, _ELSEWHERE = 304, 200, 206, 303
_HARMLESS = {
    # No script, no plug-in, no form, no origin: the page that a file opens as can do nothing and reach nothing.
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_CACHED = {"Cache-Control": "private, no-cache"}
"""A browser may keep it, but asks each time whether it is still there and still theirs."""


class ReceiptApi:
    """A method for each operation."""

    def __init__(self, receipts: ReceiptBook, contents: ReceiptContents) -> None:
        self._receipts, self._contents = receipts, contents

    def add_receipt(self, request: Request, expense_id: str, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        """Attach a receipt to an expense."""
        claimed = (body or {}).get("sha256")
        return self._receipts.add(caller_of(request), expense_id, file.stream, file.filename or "", claimed), 201, {}

    def list_receipts(self, request: Request, expense_id: str) -> Response:
        """List the receipts of an expense."""
        return {"items": self._receipts.all_of(caller_of(request), expense_id)}, 200, {}

    def get_receipt(self, request: Request, receipt_id: str) -> Response:
        """Return the details of a receipt."""
        return self._receipts.get(caller_of(request), receipt_id), 200, {}

    def get_receipt_content(self, request: Request, receipt_id: str) -> Response:
        """Send the file, or a part of it."""
        return answer_of(self._contents.content(caller_of(request), receipt_id, range_of(request), known_of(request)))

    def get_receipt_thumbnail(self, request: Request, receipt_id: str) -> Response:
        """Send a small picture of it."""
        return answer_of(self._contents.thumbnail(caller_of(request), receipt_id, known_of(request)))

    def get_receipt_preview(self, request: Request, receipt_id: str) -> Response:
        """Send a picture of it that is large enough to be read."""
        return answer_of(self._contents.preview(caller_of(request), receipt_id, known_of(request)))

    def remove_receipt(self, request: Request, receipt_id: str) -> Response:
        """Remove a receipt."""
        self._receipts.remove(caller_of(request), receipt_id)
        return None, 204, {}


def range_of(request: Request) -> str | None:
    """Return the Range header; with an If-Range the whole file is sent, which is always right."""
    return None if request.headers.get("If-Range") else request.headers.get("Range")


def known_of(request: Request) -> set[str]:
    """Return the tags of what the asker has already."""
    return {tag.strip().removeprefix("W/").strip('"') for tag in request.headers.get("If-None-Match", "").split(",")}


def answer_of(content: Content) -> Response:
    """Return a file or a part of it, or where it is."""
    tag = f'"{content.etag}"'
    if content.link is not None:
        return None, _ELSEWHERE, {"Content-Type": content.media_type, "Location": content.link, "Cache-Control": "no-store"}
    if content.known:
        return None, _NOT_MODIFIED, {"Content-Type": content.media_type, "ETag": tag, **_CACHED}
    headers = {
        **_HARMLESS,
        **_CACHED,
        "Content-Type": content.media_type,
        "Content-Disposition": _disposition(content),
        "ETag": tag,
    }
    if content.size is not None:
        headers["Content-Length"] = str(content.size)
    if content.sha256 is not None:  # RFC 9530: parts are not checked here, whoever puts them together can do it
        digest = b64encode(bytes.fromhex(content.sha256)).decode()
        headers |= {"Accept-Ranges": "bytes", "Repr-Digest": f"sha-256=:{digest}:"}
    if content.span is not None:
        return iter(content.pieces), _PART, headers | {"Content-Range": str(content.span)}
    return iter(content.pieces), _WHOLE, headers


def _disposition(content: Content) -> str:
    """Pictures are shown; a PDF is saved, since a browser's viewer does not run in a sandbox."""
    kind = "inline" if content.media_type.startswith("image/") else "attachment"
    drawn = content.media_type != content.receipt.file.media_type
    name = name_of(content.receipt.name, "webp") if drawn else content.receipt.name
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._- ") else "_" for letter in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
