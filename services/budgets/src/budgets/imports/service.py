"""Reviews imports: one summary of what an import exceeded when all of its expenses are here, instead of one alert after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from budgets.assessment import Assessment
from budgets.events import Found
from budgets.imports.model import ImportProgress
from budgets.model import Crossing
from budgets.unit_of_work import BudgetsStore, BudgetsUnitOfWork
from chassis.runtime.clock import Clock

MOST_LISTED = 200
"""Most exceedances in one summary, the latest periods first; the others are only counted."""
_LONGEST_WAIT = timedelta(hours=1)


class ImportReviews:
    """Counts the expenses of imports, and reviews each import once."""

    def __init__(self, *, clock: Clock) -> None:
        """Imports that `clock` says have been silent for an hour are reviewed as they are."""
        self._clock = clock

    def expenses_received(self, uow: BudgetsUnitOfWork, book_id: str, import_id: str, expenses: int) -> None:
        """Count expenses of an import that are recorded."""
        known = self._known(uow, book_id, import_id)
        self._review_if_complete(uow, book_id, replace(known, received=known.received + expenses))

    def completed(self, uow: BudgetsUnitOfWork, book_id: str, facts: Mapping[str, Any]) -> None:
        """Store how many expenses an import has brought."""
        known = self._known(uow, book_id, facts["import_id"])
        self._review_if_complete(uow, book_id, replace(known, expected=facts["imported"], facts=facts))

    def undone(self, uow: BudgetsUnitOfWork, book_id: str, import_id: str) -> None:
        """Store that an import was undone, which withdraws its summary: crossings that still hold are published alone.

        Those that are in no summary yet are published when the last of its expenses is here, as the summary would be.
        """
        uow.imports.save(book_id, replace(self._known(uow, book_id, import_id), undone=True))
        _publish_what_is_left(uow, book_id, uow.crossings.reported_in(book_id, import_id))

    def give_up_waiting(self, store: BudgetsStore) -> None:
        """Publish imports that were silent for an hour: an older process counted a part, or the end never came."""
        with store.read() as uow:
            stale = uow.imports.stale(self._clock() - _LONGEST_WAIT)
        for book_id, import_id in stale:
            with store.write() as uow:
                uow.books.lock(book_id)
                progress = uow.imports.get(book_id, import_id)
                if progress is not None and progress.expected is not None:
                    _review(uow, book_id, progress)
                elif progress is not None and progress.undone:
                    _end_undone(uow, book_id, import_id)
                elif progress is not None:
                    _publish_one_by_one(uow, book_id, import_id)

    def _known(self, uow: BudgetsUnitOfWork, book_id: str, import_id: str) -> ImportProgress:
        known = uow.imports.get(book_id, import_id) or ImportProgress(import_id, self._clock())
        return replace(known, at=self._clock())

    def _review_if_complete(self, uow: BudgetsUnitOfWork, book_id: str, progress: ImportProgress) -> None:
        if progress.is_complete:
            _review(uow, book_id, progress)
        else:
            uow.imports.save(book_id, progress)


def _review(uow: BudgetsUnitOfWork, book_id: str, progress: ImportProgress) -> None:
    """Publish the summary."""
    found = sorted(_highest(uow, book_id, progress.import_id), key=lambda entry: entry[1].period.last, reverse=True)
    more = max(0, len(found) - MOST_LISTED)
    uow.events.import_reviewed(progress.import_id, progress.facts, found[:MOST_LISTED], more=more)
    if progress.undone:
        _end_undone(uow, book_id, progress.import_id)
    else:
        _end(uow, book_id, progress.import_id, reported_in=progress.import_id)


def _end_undone(uow: BudgetsUnitOfWork, book_id: str, import_id: str) -> None:
    """Publish alone all that an undone import opened and that still holds, whether its summary had it or not."""
    opened = uow.crossings.of_import(book_id, import_id)
    _publish_what_is_left(uow, book_id, opened + uow.crossings.reported_in(book_id, import_id))
    _end(uow, book_id, import_id)


def _publish_what_is_left(uow: BudgetsUnitOfWork, book_id: str, crossings: Sequence[Crossing]) -> None:
    """Publish the highest threshold in each period, as if the import had never been, and none of them twice.

    Budgets that await a conversion cannot be assessed; their crossings are published when the wait ends.
    """
    for budget, crossing, assessment in _with_assessments(uow, book_id, crossings):
        if budget.awaits_conversion:
            continue
        is_highest = crossing.threshold == assessment.level
        alone = replace(crossing, import_id=None, reported_in=None, announced=crossing.announced or is_highest)
        uow.crossings.close(book_id, [crossing])
        uow.crossings.open(book_id, [alone])
        if is_highest:
            uow.events.crossed(budget, alone, assessment)


def _publish_one_by_one(uow: BudgetsUnitOfWork, book_id: str, import_id: str) -> None:
    for budget, crossing, assessment in _opened(uow, book_id, import_id):
        uow.events.crossed(budget, replace(crossing, import_id=None), assessment)
    _end(uow, book_id, import_id)


def _end(uow: BudgetsUnitOfWork, book_id: str, import_id: str, *, reported_in: str | None = None) -> None:
    """Store that all an import opened is published, so that late expenses of it publish nothing again."""
    published = uow.crossings.of_import(book_id, import_id)
    uow.crossings.close(book_id, published)
    uow.crossings.open(book_id, [replace(crossing, import_id=None, reported_in=reported_in) for crossing in published])
    uow.imports.remove(book_id, import_id)


def _highest(uow: BudgetsUnitOfWork, book_id: str, import_id: str) -> list[Found]:
    """Return the highest threshold that the import crossed in each period of each budget."""
    highest: dict[tuple[str, date], Found] = {}
    for found in _opened(uow, book_id, import_id):
        _budget, crossing, _assessment = found
        key = (crossing.budget_id, crossing.period.first)
        if key not in highest or highest[key][1].threshold < crossing.threshold:
            highest[key] = found
    return list(highest.values())


def _opened(uow: BudgetsUnitOfWork, book_id: str, import_id: str) -> Iterator[Found]:
    """Yield what an import opened, is still open and is to be published."""
    opened = [crossing for crossing in uow.crossings.of_import(book_id, import_id) if crossing.announced]
    yield from _with_assessments(uow, book_id, opened)


def _with_assessments(uow: BudgetsUnitOfWork, book_id: str, crossings: Sequence[Crossing]) -> Iterator[Found]:
    """Yield each crossing with its budget and what its period comes to now."""
    for budget in uow.budgets.all(book_id):
        numbers = {
            crossing: budget.schedule.number_of(crossing.period.first) for crossing in crossings if crossing.budget_id == budget.id
        }
        if numbers:
            spending = uow.spending.of(budget, set(numbers.values()))
            assessments: dict[int, Assessment] = dict(spending.assess(numbers.values(), {}))
            for crossing, number in numbers.items():
                yield budget, crossing, assessments[number]
