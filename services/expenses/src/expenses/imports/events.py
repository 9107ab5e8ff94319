"""Events of imports."""

from __future__ import annotations

from expenses.books.model import Book
from expenses.imports.model import Import
from expenses.unit_of_work import ExpensesUnitOfWork


def publish_completed(uow: ExpensesUnitOfWork, book: Book, done: Import) -> None:
    data = {
        **book.event_data,
        "import_id": done.id,
        "filename": done.filename,
        "rows": done.rows,
        "imported": done.imported,
        "duplicates": done.duplicates,
        "failed": done.failed,
        "from": done.first_day and done.first_day.isoformat(),
        "to": done.last_day and done.last_day.isoformat(),
    }
    uow.publish("import.completed", book.id, data)


def publish_undone(uow: ExpensesUnitOfWork, book: Book, done: Import) -> None:
    uow.publish("import.undone", book.id, {**book.event_data, "import_id": done.id, "filename": done.filename})
