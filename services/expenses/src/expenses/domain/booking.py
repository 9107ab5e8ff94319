"""The one place where expenses change: the rows, the totals and the events, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expenses.domain.totals import Deltas

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from expenses.domain.expense import Change, Expense
    from expenses.domain.ports import Filter, Owner, Work

RECORDED, CHANGED, REMOVED = "expense.recorded", "expense.changed", "expense.removed"
BATCH = 500
"""Changes in one event, and rows handled at a time."""


def book(
    work: Work, owner: Owner, changes: Sequence[Change], *, import_id: str | None = None, deltas: Deltas | None = None
) -> None:
    """Carry out changes of one sort (all record, all change or all remove).

    Args:
        work: the transaction.
        owner: whose expenses they are.
        changes: at most a few thousand; told in events of 500.
        import_id: the import that they belong to.
        deltas: collects what they add to the totals, for a caller that writes it later itself in the same transaction.
    """
    befores = [change.before for change in changes if change.before]
    afters = [change.after for change in changes if change.after]
    counted = Deltas() if deltas is None else deltas
    for expense in befores:
        counted.add(expense, -1)
    for expense in afters:
        counted.add(expense)
    kind = _write(work, owner, befores, afters)
    if deltas is None:
        work.totals.add(owner, counted.totals())
    for start in range(0, len(changes), BATCH):
        work.announce_changes(kind, owner, import_id, changes[start : start + BATCH])


def _write(work: Work, owner: Owner, befores: Sequence[Expense], afters: Sequence[Expense]) -> str:
    if not befores:
        work.expenses.add(afters)
        return RECORDED
    if afters:
        work.expenses.replace(afters)
        return CHANGED
    work.receipts.remove_of(owner, [expense.id for expense in befores])
    work.expenses.remove(befores)
    return REMOVED


def batches_of(work: Work, owner: Owner, wanted: Filter) -> Iterator[list[Expense]]:
    """Yield expenses in batches; those of a batch may be changed or removed before the next is asked for."""
    last = 0
    while batch := work.expenses.by_number(owner, wanted, BATCH, last):
        last = batch[-1].number
        yield batch
