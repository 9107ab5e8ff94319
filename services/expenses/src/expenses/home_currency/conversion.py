"""Converts expenses to another home currency: a few in one transaction, many in steps, so that others need not wait."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING

from expenses.entries.changes import BATCH, book
from expenses.entries.model import Change, moved
from expenses.errors import ConvertingError
from expenses.jobs.model import CONVERTING, Conversion, ImportJob
from expenses.ports import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from expenses.entries.model import Expense
    from expenses.home_currency.converter import Converter
    from expenses.ports import Owner, Work

ROWS = 500
"""Expenses that one transaction converts."""


def begin_conversion(work: Work, owner: Owner, job: ImportJob, converter: Converter, now: datetime) -> bool:
    """Take the first step of a job; return False if another one is in the way.

    The first step belongs to the transaction since which the new home currency holds: budgets have to hear that they must wait
    before they hear of an expense that is edited in the new currency.
    """
    if work.jobs.of(owner) is not None:
        return False
    continue_conversion(work, owner, job, converter, now)
    return True


def are_many(work: Work, owner: Owner) -> bool:
    """Say whether somebody has more expenses than one transaction converts."""
    return len(work.expenses.by_number(owner, Filter(), ROWS, 0)) == ROWS


def convert_some(work: Work, owner: Owner, wanted: Conversion, converter: Converter, now: datetime) -> Conversion | None:
    """Convert some expenses and, if those were the last, announce that; return what is left to do."""
    batch = work.expenses.by_number(owner, Filter(), ROWS, wanted.last)
    # What was added or edited since the beginning is in the new currency already.
    others = [expense for expense in batch if expense.home_currency != wanted.target]
    if others:
        # Said with the expenses too: budgets must not be judged while only some of them are converted.
        changing = {"home_currency_changed": {"version": wanted.version, "from": wanted.before, "to": wanted.target}}
        book(work, owner, [Change(one, _converted(one, wanted, converter, now)) for one in others], more=changing)
    events = wanted.events + -(-len(others) // BATCH)
    if len(batch) == ROWS:
        return dataclasses.replace(wanted, last=batch[-1].number, events=events)
    rate = converter.rate_for_limits(wanted.before, wanted.target, wanted.day)
    told = {
        "version": wanted.version,
        "from": wanted.before,
        "to": wanted.target,
        "rate": None if rate is None else f"{rate:f}",
        "events": events,
    }
    work.announce("expenses.converted", owner, {"user_id": owner.user_id, **told})
    return None


def continue_conversion(work: Work, owner: Owner, job: ImportJob, converter: Converter, now: datetime) -> bool:
    """Take the next step of a job; return whether there is more."""
    left = convert_some(work, owner, job.conversion, converter, now) if job.conversion else None
    if left is None:
        work.jobs.remove(owner)
        return False
    work.jobs.put(owner, dataclasses.replace(job, conversion=left))
    return True


def is_converting(work: Work, owner: Owner) -> bool:
    """Say whether only some of the expenses are in the new home currency."""
    job = work.jobs.of(owner)
    return job is not None and job.state == CONVERTING


@contextmanager
def one_currency(work: Work, owner: Owner) -> Iterator[None]:
    """Read sums inside; raises ConvertingError if only some of the expenses are in the new home currency meanwhile."""
    if is_converting(work, owner):
        raise ConvertingError(owner.home_currency)
    yield
    # Not every store shows a reader one moment of it.
    now = work.owners.find(owner.user_id)
    if now is not None and now.home_currency != owner.home_currency:
        raise ConvertingError(now.home_currency)


def _converted(expense: Expense, wanted: Conversion, converter: Converter, now: datetime) -> Expense:
    home = converter.moved_home(expense, wanted.target)
    return moved(expense, now, home_minor=home.minor, home_currency=home.currency, home_given=0)
