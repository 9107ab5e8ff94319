"""Operations on imports: preview a file, import it, list, read and undo imports."""

from __future__ import annotations

import hashlib
from typing import IO, Any

from werkzeug.datastructures import FileStorage

from chassis.runtime.idempotency import StoredResponse
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response
from expenses.errors import InvalidMappingError, problem
from expenses.imports.model import Import
from expenses.imports.readers.encodings import EncodingCandidate
from expenses.imports.readers.mapping import read_mapping
from expenses.imports.readers.preview import ImportPreview, PreviewRow
from expenses.imports.readers.rows import Row
from expenses.imports.reading import FileRead
from expenses.imports.remembered import parts_of
from expenses.imports.service import ImportDone, ImportService, Upload
from expenses.moments import instant
from expenses.requests import created, page_body
from money import Money

_PIECE = 1 << 20
_SHOWN_ROWS, _SHOWN_LEFT_OUT, _SHOWN_CHARACTERS = 20, 100, 500
"""Of a preview."""


class ImportApi:
    """A method for each operation."""

    def __init__(self, imports: ImportService, cursors: Cursors) -> None:
        self._imports, self._cursors = imports, cursors

    def preview_import(self, request: Request, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        read, preview = self._imports.preview(request.caller, _upload(file, body or {}))
        return {**preview_body(preview), **_read_body(read)}, 200, {}

    def create_import(self, request: Request, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        upload, text, key = _upload(file, body or {}), (body or {}).get("mapping"), None
        if request.idempotency_key:
            key = request.idempotency("createImport", [_digest(file.stream), text, *(["afresh"] if upload.afresh else [])])
        return created(self._imports.run(request.caller, upload, key, _imported))

    def list_imports(self, request: Request, limit: int, cursor: str | None = None) -> Response:
        scope = f"imports {request.caller.book_id}"
        page = self._imports.page(request.caller, limit, self._cursors.read(scope, cursor))
        return page_body(page, import_body, scope, self._cursors), 200, {}

    def get_import(self, request: Request, import_id: str) -> Response:
        return import_body(self._imports.get(request.caller, import_id)), 200, {}

    def forget_correction(self, request: Request, import_id: str) -> Response:
        self._imports.forget(request.caller, import_id)
        return None, 204, {}

    def undo_import(self, request: Request, import_id: str) -> Response:
        self._imports.undo(request.caller, import_id)
        return None, 204, {}


def _imported(done: ImportDone) -> StoredResponse:
    return StoredResponse({**import_body(done.done), **_read_body(done.read), "learned": done.learned}, 201)


def import_body(done: Import) -> dict[str, Any]:
    return {
        "id": done.id,
        "filename": done.filename,
        "created_at": instant(done.created_at),
        "undone_at": None if done.undone_at is None else instant(done.undone_at),
        "rows": done.rows,
        "imported": done.imported,
        "duplicates": done.duplicates,
        "failed": done.failed,
        "categories_created": done.categories_created,
        "errors": [{"line": line, "message": message} for line, message in done.errors],
        "left_out": [{"line": line, "reason": reason} for line, reason in done.left_out],
        "left_out_count": done.left_out_count,
        "shortened": done.shortened,
        "from": done.first_day and done.first_day.isoformat(),
        "to": done.last_day and done.last_day.isoformat(),
    }


def preview_body(preview: ImportPreview) -> dict[str, Any]:
    """Write a preview as JSON, with the first rows alone and long cells cut."""
    layout, rows = preview.layout, preview.rows
    left_out = [{"line": entry.line, "reason": entry.left_out} for entry in rows if entry.left_out]
    return {
        "mapping": layout.mapping.to_wire(),
        "header": [title[:_SHOWN_CHARACTERS] for title in layout.titles],
        "rows": [_preview_row(entry) for entry in rows[:_SHOWN_ROWS]],
        "errors": layout.errors,
        "warnings": layout.warnings,
        "sign_certain": layout.sign_certain,
        "candidates": layout.candidates,
        "encodings": [_encoding(candidate) for candidate in layout.encodings],
        "currencies": [{"currency": one.code, "known": one.exists, "rate": one.has_rate} for one in preview.currencies],
        "left_out": left_out[:_SHOWN_LEFT_OUT],
        "shortened": sum(entry.row is not None and entry.row.shortened for entry in rows),
        "duplicates": sum(entry.duplicate for entry in rows),
    }


def _preview_row(entry: PreviewRow) -> dict[str, Any]:
    return {
        "line": entry.line,
        "cells": [cell[:_SHOWN_CHARACTERS] for cell in entry.cells],
        "expense": None if entry.row is None else _row_body(entry.row),
        "error": entry.error,
        "left_out": entry.left_out,
        "duplicate": entry.duplicate,
    }


def _row_body(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "amount": Money(row.minor, row.currency).to_wire(),
        "spent_on": row.spent_on,
        "payee": row.payee,
        "description": row.description,
        "category": row.category,
    }


def _encoding(candidate: EncodingCandidate) -> dict[str, str]:
    lines = [line for line in candidate.text.splitlines() if not line.isascii()]
    return {"encoding": candidate.encoding, "sample": "\n".join(lines[:3])[:_SHOWN_CHARACTERS]}


def _read_body(read: FileRead) -> dict[str, Any]:
    in_use, correction = read.in_use, None
    if in_use is not None and read.kept is not None:
        correction = {"corrected_at": instant(read.kept.corrected_at), "parts": parts_of(in_use)}
    return {"remembered": in_use is not None, "correction": correction, "warnings": read.layout.warnings}


def _upload(file: FileStorage, body: dict[str, Any]) -> Upload:
    return Upload(file.stream, read_mapping(body.get("mapping")), file.filename or "", _afresh(body))


def _afresh(body: dict[str, Any]) -> bool:
    value = body.get("remembered", "use")
    if value not in ("use", "ignore"):
        raise InvalidMappingError([problem("/remembered", "must be one of use, ignore")])
    return bool(value == "ignore")


def _digest(stream: IO[bytes]) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
