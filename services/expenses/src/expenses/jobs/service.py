"""Brings imports to an end step by step: what failed is removed again, what is done is published, what is not wanted is undone.

Removing a category with many expenses and converting many to another home currency are such jobs too.

Each step is a short transaction that finds out by itself what is next, so it does not matter who goes on after a crash, or
whether two do so at once.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from expenses.categories.events import announce_removal
from expenses.categories.removal import continue_move
from expenses.entries.changes import book
from expenses.entries.model import Change, Expense
from expenses.errors import DepartedError
from expenses.home_currency.conversion import continue_conversion
from expenses.jobs.model import CONVERTING, MOVING, PUBLISHING, REVERTING, RUNNING, UNDOING, ImportJob
from expenses.ports import Filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from expenses.home_currency.converter import Converter
    from expenses.ports import Clock, Owner, Store, Who, Work

_ROWS = 1000
"""Rows that one transaction removes."""


class ImportSettling:
    """What is left to do of the imports of everybody."""

    def __init__(self, store: Store, converter: Converter, clock: Clock) -> None:
        self._store, self._converter, self._clock = store, converter, clock

    def settle(self, who: Who, *, failed: str | None = None) -> None:
        """Finish somebody's job; one whose rows are still going in is left alone, unless it is the one that `failed`."""
        while self._store.run(lambda work: self._step(work, who, failed)):
            pass

    def sweep(self) -> None:
        """Finish what a crash left."""
        with self._store.reading() as work:
            abandoned = work.jobs.abandoned()
        for who in abandoned:
            with suppress(DepartedError):
                self.settle(who)

    def _step(self, work: Work, who: Who, failed: str | None) -> bool:
        """Do a part of what is to do; return whether there is more."""
        owner = work.owners.hold(who)
        job = work.jobs.of(owner)
        if job is None:
            return False
        if job.state == MOVING:
            return continue_move(work, owner, job, self._clock())
        if job.state == CONVERTING:
            return continue_conversion(work, owner, job, self._converter, self._clock())
        if job.state == RUNNING:
            if job.alive and job.import_id != failed:
                return False
            work.jobs.put(owner, dataclasses.replace(job, state=REVERTING))
            return True
        return _STEPS[job.state](work, owner, job)


def _revert(work: Work, owner: Owner, job: ImportJob) -> bool:
    batch = work.expenses.by_number(owner, Filter(import_id=job.import_id), _ROWS, 0)
    # Nobody was told of the rows but of those that were changed since.
    unseen = [expense for expense in batch if expense.version == 1]
    _remove(work, owner, job, unseen, announce=_to_nobody)
    _remove(work, owner, job, [expense for expense in batch if expense.version > 1])
    if batch or work.jobs.drop_some(owner):
        return True
    for category_id in job.categories:
        category = work.categories.get(owner, category_id)
        if category and not work.expenses.count(owner, Filter(categories=(category_id,))):
            work.categories.remove(owner, category)
            announce_removal(work, owner, category, None)
    work.jobs.remove(owner)
    return False


def _publish(work: Work, owner: Owner, job: ImportJob) -> bool:
    if work.jobs.publish_some(owner):
        return True
    done = work.imports.get(owner, job.import_id)
    if done is not None:
        work.announce("import.completed", owner, done.to_event(owner.user_id))
    work.jobs.remove(owner)
    return False


def _undo(work: Work, owner: Owner, job: ImportJob) -> bool:
    batch = work.expenses.by_number(owner, Filter(import_id=job.import_id), _ROWS, 0)
    _remove(work, owner, job, batch)
    if not batch:
        done = work.imports.get(owner, job.import_id)
        if done is not None:
            told = {"user_id": owner.user_id, "import_id": job.import_id, "filename": done.filename}
            work.announce("import.undone", owner, told)
        work.jobs.remove(owner)
    return bool(batch)


_STEPS = {REVERTING: _revert, PUBLISHING: _publish, UNDOING: _undo}


def _remove(work: Work, owner: Owner, job: ImportJob, expenses: Sequence[Expense], **how: Any) -> None:
    if expenses:
        book(work, owner, [Change(expense, None) for expense in expenses], import_id=job.import_id, **how)


def _to_nobody(_kind: str, _owner: Owner, _import_id: str | None, _changes: Sequence[Change]) -> None:
    """Keep it quiet."""
