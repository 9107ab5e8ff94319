"""The one place where expenses change: the rows, the totals and the events, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from expenses.reports.totals import Deltas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from expenses.entries.model import Change, Expense
    from expenses.ports import Filter, Owner, Work

RECORDED, CHANGED, REMOVED = "expense.recorded", "expense.changed", "expense.removed"
BATCH = 500
"""Changes in one event, and rows handled at a time."""

if TYPE_CHECKING:
    Announce = Callable[[str, Owner, str | None, Sequence[Change]], None]


def book(
    work: Work,
    owner: Owner,
    changes: Sequence[Change],
    *,
    import_id: str | None = None,
    announce: Announce | None = None,
    receipts_stay: bool = False,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Carry out changes of one sort (all record, all change or all remove).

    Args:
        work: the transaction.
        owner: whose expenses they are.
        changes: at most a few thousand; told in events of 500.
        import_id: the import that they belong to.
        announce: takes the events; the outbox does by default.
        receipts_stay: what is removed may come back, and its receipts with it.
        more: further members of the data of the events, where the outbox takes them.
    """
    befores = [change.before for change in changes if change.before]
    afters = [change.after for change in changes if change.after]
    counted = Deltas()
    for expense in befores:
        counted.add(expense, -1)
    for expense in afters:
        counted.add(expense)
    if befores and not afters and not receipts_stay:
        work.receipts.remove_of(owner, [expense.id for expense in befores])
    kind = _write(work, befores, afters)
    work.totals.add(owner, counted.totals())

    def to_outbox(kind: str, owner: Owner, import_id: str | None, changes: Sequence[Change]) -> None:
        work.announce_changes(kind, owner, import_id, changes, more or {})

    publish = announce or to_outbox
    for start in range(0, len(changes), BATCH):
        publish(kind, owner, import_id, changes[start : start + BATCH])


def _write(work: Work, befores: Sequence[Expense], afters: Sequence[Expense]) -> str:
    if not befores:
        work.expenses.add(afters)
        return RECORDED
    if afters:
        work.expenses.replace(list(zip(befores, afters, strict=True)))
        return CHANGED
    work.expenses.remove(befores)
    return REMOVED


def batches_of(work: Work, owner: Owner, wanted: Filter) -> Iterator[list[Expense]]:
    """Yield expenses in batches; those of a batch may be changed or removed before the next is asked for."""
    last = 0
    while batch := work.expenses.by_number(owner, wanted, BATCH, last):
        last = batch[-1].number
        yield batch
