"""Operations on imports: preview a file, import it, list, read and undo imports."""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Any

from chassis.web.paging import Cursors
from chassis.web.request import Request, Response
from expenses.errors import InvalidMappingError, problem
from expenses.imports.readers.mapping import read_mapping
from expenses.imports.service import Importing
from expenses.paging import page_body
from expenses.ports import Repeat
from expenses.requests import caller_of, repeat_of

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

_PIECE = 1 << 20


class ImportApi:
    """A method for each operation."""

    def __init__(self, importing: Importing, cursors: Cursors) -> None:
        self._importing, self._cursors = importing, cursors

    def preview_import(self, request: Request, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        """Look into a file."""
        mapping = read_mapping((body or {}).get("mapping"))
        return self._importing.preview(caller_of(request), file.stream, mapping, afresh=_afresh(body)), 200, {}

    def create_import(self, request: Request, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        """Import a file."""
        text = (body or {}).get("mapping")
        mapping = read_mapping(text)
        afresh, repeat = _afresh(body), Repeat(None, "")
        if request.idempotency_key:
            repeat = repeat_of(request, "createImport", [_digest(file.stream), text, *(["afresh"] if afresh else [])])
        return self._importing.run(caller_of(request), file.stream, file.filename or "", mapping, repeat, afresh=afresh), 201, {}

    def list_imports(self, request: Request, limit: int, cursor: str | None = None) -> Response:
        """List imports."""
        scope = f"imports {request.caller.user_id}"
        return (
            page_body(self._importing.page(caller_of(request), limit, self._cursors.read(scope, cursor)), scope, self._cursors),
            200,
            {},
        )

    def get_import(self, request: Request, import_id: str) -> Response:
        """Read one import."""
        return self._importing.get(caller_of(request), import_id), 200, {}

    def forget_correction(self, request: Request, import_id: str) -> Response:
        """Forget what an import taught."""
        self._importing.forget(caller_of(request), import_id)
        return None, 204, {}

    def undo_import(self, request: Request, import_id: str) -> Response:
        """Undo an import."""
        self._importing.undo(caller_of(request), import_id)
        return None, 204, {}


def _afresh(body: dict[str, Any] | None) -> bool:
    value = (body or {}).get("remembered", "use")
    if value not in ("use", "ignore"):
        raise InvalidMappingError([problem("/remembered", "must be one of use, ignore")])
    return bool(value == "ignore")


def _digest(stream: IO[bytes]) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
