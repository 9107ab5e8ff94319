"""What each operation of openapi.yaml does."""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING, Any

from chassis.runtime.idempotency import IdempotencyKey
from chassis.web.paging import Cursors
from chassis.web.request import Request, Response, etag
from expenses.domain.catalogue import Catalogue
from expenses.domain.conversion import RatesToday
from expenses.domain.errors import InvalidMappingError, problem
from expenses.domain.exports import Exports
from expenses.domain.importing import Importing
from expenses.domain.ledger import Ledger, Page
from expenses.domain.ports import Repeat, Who
from expenses.domain.restoring import Trash
from expenses.domain.suggesting import Suggestions
from expenses.domain.summary import Summary
from expenses.imports.readers.mapping import read_mapping
from expenses.receipts.api import answer_of, known_of, range_of
from expenses.receipts.downloads import ReceiptContents
from expenses.receipts.service import ReceiptBook

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

_PIECE = 1 << 20


class Handlers:
    """A method for each operation: arguments in, (body, status, headers) out."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        trash: Trash,
        suggestions: Suggestions,
        catalogue: Catalogue,
        summary: Summary,
        importing: Importing,
        exports: Exports,
        receipts: ReceiptBook,
        contents: ReceiptContents,
        rates_today: RatesToday,
        cursors: Cursors,
    ) -> None:
        self._ledger, self._catalogue, self._summary = ledger, catalogue, summary
        self._trash, self._suggestions = trash, suggestions
        self._importing, self._exports, self._cursors = importing, exports, cursors
        self._rates_today = rates_today
        self._receipts, self._contents = receipts, contents

    def list_expenses(self, request: Request, sort: str, limit: int, cursor: str | None = None, **arguments: Any) -> Response:
        """List expenses."""
        scope = f"expenses {request.caller.user_id} {sort}"
        page = self._ledger.page(_who(request), _filter(arguments), sort, limit, self._cursors.read(scope, cursor))
        return self._page(page, scope), 200, {}

    def create_expense(self, request: Request, body: dict[str, Any]) -> Response:
        """Record an expense."""
        made = self._ledger.record(_who(request), body, _repeat(request, "createExpense", body))
        return made, 201, etag(made["version"])

    def get_expense(self, request: Request, expense_id: str) -> Response:
        """Read one expense."""
        found = self._ledger.get(_who(request), expense_id)
        return found, 200, etag(found["version"])

    def change_expense(self, request: Request, expense_id: str, body: dict[str, Any]) -> Response:
        """Change an expense."""
        changed = self._ledger.change(_who(request), expense_id, request.expected_version, body)
        return changed, 200, etag(changed["version"])

    def remove_expense(self, request: Request, expense_id: str) -> Response:
        """Delete an expense."""
        self._trash.remove(_who(request), expense_id, request.expected_version)
        return None, 204, {}

    def restore_expense(self, request: Request, expense_id: str) -> Response:
        """Restore a deleted expense."""
        restored = self._trash.restore(_who(request), expense_id)
        return restored, 200, etag(restored["version"])

    def suggest_category(self, request: Request, payee: str) -> Response:
        """Suggest the category of a payee."""
        return {"category_id": self._suggestions.category(_who(request), payee)}, 200, {}

    def list_categories(self, request: Request) -> Response:
        """List categories."""
        return {"items": self._catalogue.all(_who(request))}, 200, {}

    def create_category(self, request: Request, body: dict[str, Any]) -> Response:
        """Make a category."""
        made = self._catalogue.create(_who(request), body, _repeat(request, "createCategory", body))
        return made, 201, etag(made["version"])

    def get_category(self, request: Request, category_id: str) -> Response:
        """Read one category."""
        found = self._catalogue.get(_who(request), category_id)
        return found, 200, etag(found["version"])

    def change_category(self, request: Request, category_id: str, body: dict[str, Any]) -> Response:
        """Rename or recolour a category."""
        changed = self._catalogue.change(_who(request), category_id, request.expected_version, body)
        return changed, 200, etag(changed["version"])

    def remove_category(self, request: Request, category_id: str, move_to: str | None = None) -> Response:
        """Delete a category."""
        self._catalogue.remove(_who(request), category_id, request.expected_version, move_to)
        return None, 204, {}

    def summarize_expenses(self, request: Request, by: str, **arguments: Any) -> Response:
        """Sum up."""
        return self._summary.by(_who(request), by, _filter(arguments)), 200, {}

    def get_exchange_rate(self, request: Request, from_: str, to: str) -> Response:  # noqa: ARG002
        """Tell today's rate."""
        return self._rates_today.rate(from_, to), 200, {}

    def preview_import(self, request: Request, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        """Look into a file."""
        mapping = read_mapping((body or {}).get("mapping"))
        return self._importing.preview(_who(request), file.stream, mapping, afresh=_afresh(body)), 200, {}

    def create_import(self, request: Request, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        """Import a file."""
        text = (body or {}).get("mapping")
        mapping = read_mapping(text)
        afresh, repeat = _afresh(body), Repeat(None, "")
        if request.idempotency_key:
            repeat = _repeat(request, "createImport", [_digest(file.stream), text, *(["afresh"] if afresh else [])])
        return self._importing.run(_who(request), file.stream, file.filename or "", mapping, repeat, afresh=afresh), 201, {}

    def list_imports(self, request: Request, limit: int, cursor: str | None = None) -> Response:
        """List imports."""
        scope = f"imports {request.caller.user_id}"
        return self._page(self._importing.page(_who(request), limit, self._cursors.read(scope, cursor)), scope), 200, {}

    def get_import(self, request: Request, import_id: str) -> Response:
        """Read one import."""
        return self._importing.get(_who(request), import_id), 200, {}

    def forget_correction(self, request: Request, import_id: str) -> Response:
        """Forget what an import taught."""
        self._importing.forget(_who(request), import_id)
        return None, 204, {}

    def undo_import(self, request: Request, import_id: str) -> Response:
        """Undo an import."""
        self._importing.undo(_who(request), import_id)
        return None, 204, {}

    def export_expenses_csv(self, request: Request, from_: str | None = None, to: str | None = None) -> Response:
        """Write all expenses as CSV."""
        return self._exports.csv(_who(request), from_, to), 200, _attachment("text/csv; charset=utf-8", "csv")

    def export_expenses_json(self, request: Request, from_: str | None = None, to: str | None = None) -> Response:
        """Write all expenses as JSON."""
        return self._exports.json(_who(request), from_, to), 200, _attachment("application/json", "json")

    def add_receipt(self, request: Request, expense_id: str, file: FileStorage, body: dict[str, Any] | None = None) -> Response:
        """Put a receipt to an expense."""
        claimed = (body or {}).get("sha256")
        return self._receipts.add(_who(request), expense_id, file.stream, file.filename or "", claimed), 201, {}

    def list_receipts(self, request: Request, expense_id: str) -> Response:
        """List the receipts of an expense."""
        return {"items": self._receipts.all_of(_who(request), expense_id)}, 200, {}

    def get_receipt(self, request: Request, receipt_id: str) -> Response:
        """Read what is known of a receipt."""
        return self._receipts.get(_who(request), receipt_id), 200, {}

    def get_receipt_content(self, request: Request, receipt_id: str) -> Response:
        """Send the file, or a part of it."""
        return answer_of(self._contents.content(_who(request), receipt_id, range_of(request), known_of(request)))

    def get_receipt_thumbnail(self, request: Request, receipt_id: str) -> Response:
        """Send a small picture of it."""
        return answer_of(self._contents.thumbnail(_who(request), receipt_id, known_of(request)))

    def get_receipt_preview(self, request: Request, receipt_id: str) -> Response:
        """Send a picture of it that is large enough to be read."""
        return answer_of(self._contents.preview(_who(request), receipt_id, known_of(request)))

    def remove_receipt(self, request: Request, receipt_id: str) -> Response:
        """Take a receipt away."""
        self._receipts.remove(_who(request), receipt_id)
        return None, 204, {}

    def _page(self, page: Page, scope: str) -> dict[str, Any]:
        cursor = None if page.position is None else self._cursors.write(scope, list(page.position))
        return {"items": page.items, "next_cursor": cursor}


def _who(request: Request) -> Who:
    caller = request.caller
    return Who(caller.user_id, caller.home_currency, caller.locale)


def _repeat(request: Request, operation: str, body: Any) -> Repeat:
    key = request.idempotency_key
    fingerprint = IdempotencyKey.of(request.caller.user_id, key, operation, body).fingerprint if key else ""
    return Repeat(key, fingerprint)


_RENAMED = {"from_": "first", "to": "last", "min_": "min", "max_": "max", "import_": "import_id"}


def _filter(arguments: dict[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(name, name): value for name, value in arguments.items()}


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


def _attachment(content_type: str, ending: str) -> dict[str, str]:
    return {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="expenses.{ending}"'}
