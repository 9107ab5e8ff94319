"""Tells what an import did to budgets: in one summary when all of its expenses are here, not one by one on the way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from budgets.domain.clock import Clock
from budgets.domain.course import Course
from budgets.domain.courses import course_of
from budgets.domain.crossing import Crossing, Verdict
from budgets.domain.import_progress import ImportProgress
from budgets.domain.ports import Body, Store, Work
from budgets.domain.wire import crossed_data, exceedance_data, kind_of

MOST_LISTED = 200
"""Exceedances in one summary, the latest periods first; of the rest it has the number."""
_PATIENCE = timedelta(hours=1)


class Importing:
    """Counts the expenses of imports, and reviews each import once."""

    def __init__(self, *, clock: Clock) -> None:
        """Take the time from `clock`."""
        self._clock = clock

    def counted(self, work: Work, user_id: str, import_id: str, expenses: int) -> None:
        """Take in that some expenses of an import are posted."""
        known = self._known(work, user_id, import_id)
        self._go_on(work, user_id, dataclasses.replace(known, heard=known.heard + expenses))

    def completed(self, work: Work, user_id: str, facts: Mapping[str, Any]) -> None:
        """Take in how many expenses an import has brought."""
        known = self._known(work, user_id, facts["import_id"])
        self._go_on(work, user_id, dataclasses.replace(known, expected=facts["imported"], facts=facts))

    def undone(self, work: Work, user_id: str, import_id: str) -> None:
        """Take in that an import was undone, so that its summary is withdrawn: what still holds is told alone.

        What is not in a summary yet is told when the last of its expenses is here, as the summary would be.
        """
        work.imports.keep(user_id, dataclasses.replace(self._known(work, user_id, import_id), undone=True))
        _tell_what_is_left(work, user_id, work.crossings.told_in(user_id, import_id))

    def give_up_waiting(self, store: Store) -> None:
        """Tell of imports of which nothing was heard for an hour: an older process counted a part, or the end never came."""
        for user_id, import_id in store.stale_imports(self._clock() - _PATIENCE):
            with store.write(user_id) as work:
                progress = work.imports.get(user_id, import_id)
                if progress is not None and progress.expected is not None:
                    _review(work, user_id, progress)
                elif progress is not None and progress.undone:
                    _end_undone(work, user_id, import_id)
                elif progress is not None:
                    _tell_one_by_one(work, user_id, import_id)

    def _known(self, work: Work, user_id: str, import_id: str) -> ImportProgress:
        known = work.imports.get(user_id, import_id) or ImportProgress(import_id, self._clock())
        return dataclasses.replace(known, at=self._clock())

    def _go_on(self, work: Work, user_id: str, progress: ImportProgress) -> None:
        if progress.is_complete:
            _review(work, user_id, progress)
        else:
            work.imports.keep(user_id, progress)


def _review(work: Work, user_id: str, progress: ImportProgress) -> None:
    """Announce the summary."""
    found = sorted(_highest(work, user_id, progress.import_id), key=lambda body: str(body["period"]["to"]), reverse=True)
    listed, more = found[:MOST_LISTED], max(0, len(found) - MOST_LISTED)
    work.announce("import.reviewed", progress.import_id, {**progress.facts, "exceedances": listed, "more": more})
    if progress.undone:
        _end_undone(work, user_id, progress.import_id)
    else:
        _done(work, user_id, progress.import_id, told_in=progress.import_id)


def _end_undone(work: Work, user_id: str, import_id: str) -> None:
    """Tell alone of all that an undone import opened and that still holds, whether its summary named it or not."""
    opened = work.crossings.of_import(user_id, import_id)
    _tell_what_is_left(work, user_id, opened + work.crossings.told_in(user_id, import_id))
    _done(work, user_id, import_id)


def _tell_what_is_left(work: Work, user_id: str, crossings: Sequence[Crossing]) -> None:
    """Tell of the highest threshold in each period, as if the import had never been, and never of the same again.

    While the expenses of a budget are converted nobody knows what it comes to; the end of waiting sees to those.
    """
    for course, crossing in _with_courses(work, user_id, crossings):
        budget = course.budget
        if budget.awaiting:
            continue
        verdict = _verdict(course, crossing)
        is_highest = crossing.threshold == verdict.level
        alone = dataclasses.replace(crossing, import_id=None, told_in=None, announced=crossing.announced or is_highest)
        work.crossings.close(user_id, [crossing])
        work.crossings.open(user_id, [alone])
        if is_highest:
            work.announce(kind_of(alone), budget.id, crossed_data(budget, alone, verdict))


def _tell_one_by_one(work: Work, user_id: str, import_id: str) -> None:
    for course, crossing in _opened(work, user_id, import_id):
        data = crossed_data(course.budget, dataclasses.replace(crossing, import_id=None), _verdict(course, crossing))
        work.announce(kind_of(crossing), course.budget.id, data)
    _done(work, user_id, import_id)


def _verdict(course: Course, crossing: Crossing) -> Verdict:
    """Judge the period of a crossing that is open, as it stands now."""
    index = course.budget.schedule.index_of(crossing.period.first)
    limit = course.limit(index)
    return Verdict(crossing.period, limit, course.spent.get(index, 0), course.level(index, limit), {})


def _done(work: Work, user_id: str, import_id: str, *, told_in: str | None = None) -> None:
    """Note of what an import opened that it is told, so that it is not told again should more of its expenses come late."""
    told = work.crossings.of_import(user_id, import_id)
    work.crossings.close(user_id, told)
    work.crossings.open(user_id, [dataclasses.replace(crossing, import_id=None, told_in=told_in) for crossing in told])
    work.imports.remove(user_id, import_id)


def _highest(work: Work, user_id: str, import_id: str) -> Iterator[Body]:
    """Yield the highest threshold that the import crossed in each period of each budget, and how the period stands now."""
    highest: dict[tuple[str, str], tuple[Course, Crossing]] = {}
    for course, crossing in _opened(work, user_id, import_id):
        key = (crossing.budget_id, crossing.period.first.isoformat())
        if key not in highest or highest[key][1].threshold < crossing.threshold:
            highest[key] = course, crossing
    for course, crossing in highest.values():
        standing = course.standing(course.budget.schedule.index_of(crossing.period.first))
        yield exceedance_data(course.budget, crossing, standing)


def _opened(work: Work, user_id: str, import_id: str) -> Iterator[tuple[Course, Crossing]]:
    """Yield what an import opened, is open still and is to be told, each with the course of its budget."""
    yield from _with_courses(work, user_id, [one for one in work.crossings.of_import(user_id, import_id) if one.announced])


def _with_courses(work: Work, user_id: str, crossings: Sequence[Crossing]) -> Iterator[tuple[Course, Crossing]]:
    for budget in work.budgets.all(user_id):
        mine = [crossing for crossing in crossings if crossing.budget_id == budget.id]
        if mine:
            course = course_of(work.ledger, budget, {budget.schedule.index_of(crossing.period.first) for crossing in mine})
            yield from ((course, crossing) for crossing in mine)
