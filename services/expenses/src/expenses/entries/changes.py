"""The one place where expenses change: the rows, the totals and the events, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from expenses.totals.model import TotalChanges

if TYPE_CHECKING:
    from expenses.books.model import Book
    from expenses.entries.model import Change, Expense
    from expenses.unit_of_work import ExpensesUnitOfWork

    Publish = Callable[[str, Book, str | None, Sequence[Change]], None]

RECORDED, CHANGED, REMOVED = "expense.recorded", "expense.changed", "expense.removed"
BATCH = 500
"""Changes in one event."""


def apply_changes(
    uow: ExpensesUnitOfWork,
    book: Book,
    changes: Sequence[Change],
    *,
    import_id: str | None = None,
    publish: Publish | None = None,
    keep_receipts: bool = False,
    **more: Any,
) -> None:
    """Carry out changes of one sort: all record, all change or all delete expenses.

    Args:
        uow: the transaction.
        book: whose expenses they are.
        changes: at most a few thousand; an event tells of 500 of them.
        import_id: the import that made them.
        publish: takes the events; they are published with the transaction by default.
        keep_receipts: whether the receipts of deleted expenses stay, since the expenses may be restored.
        more: further members of the events' data, where the default publishes them.
    """
    befores = [change.before for change in changes if change.before]
    afters = [change.after for change in changes if change.after]
    if befores and not afters and not keep_receipts:
        uow.receipts.remove_of(book, [expense.id for expense in befores])
    kind = _write(uow, book, befores, afters)
    uow.totals.add(book, _total_changes(befores, afters).totals())
    for start in range(0, len(changes), BATCH):
        batch = changes[start : start + BATCH]
        if publish is None:
            uow.publish_changes(kind, book, import_id, batch, **more)
        else:
            publish(kind, book, import_id, batch)


def _total_changes(befores: Sequence[Expense], afters: Sequence[Expense]) -> TotalChanges:
    counted = TotalChanges()
    for sign, expenses in ((-1, befores), (1, afters)):
        for expense in expenses:
            counted.add(
                sign,
                expense.home_amount.minor,
                day=expense.spent_on.isoformat(),
                kind=expense.kind,
                category_id=expense.category_id,
                payee=expense.payee,
            )
    return counted


def _write(uow: ExpensesUnitOfWork, book: Book, befores: Sequence[Expense], afters: Sequence[Expense]) -> str:
    if not befores:
        uow.expenses.add(book, afters)
        return RECORDED
    if afters:
        uow.expenses.replace(book, list(zip(befores, afters, strict=True)))
        return CHANGED
    uow.expenses.remove(book, befores)
    return REMOVED
