"""Keeps the ledger up with the expenses, and tells the moment one of them takes a budget over a threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from budgets.domain.attribution import attribute
from budgets.domain.budget import Budget
from budgets.domain.clock import Clock, today_in
from budgets.domain.course import Course
from budgets.domain.courses import course_of
from budgets.domain.crossing import Crossing, Verdict
from budgets.domain.expense import Entry, Slot, Step
from budgets.domain.ports import Work
from budgets.domain.settlement import settle
from budgets.domain.telling import carry_out, tell_changed
from budgets.domain.watch import Watch, moves_of


class Bookkeeping:
    """What happens when expenses are recorded, changed or removed, in whatever order one hears of it."""

    def __init__(self, *, clock: Clock, new_id: Callable[[], str]) -> None:
        """Take the time from `clock` and the ids of crossings from `new_id`."""
        self._clock, self._new_id = clock, new_id

    def post(self, work: Work, user_id: str, news: Sequence[Entry], *, import_id: str | None = None) -> None:
        """Take in the states that some expenses are said to have now, in this order; `import_id` is the import they came with."""
        known = work.ledger.entries(user_id, {entry.expense_id for entry in news})
        page = Page(known)
        for entry in news:
            page.enter(entry)
        if not page.steps:
            return
        touched = _touched([budget for budget in work.budgets.all(user_id) if not budget.awaiting], page.steps)
        courses = [course_of(work.ledger, budget, indexes) for budget, indexes in touched]
        work.ledger.post(user_id, new=page.new, changed=page.changed, sums=page.sums)
        today = today_in(work.people.time_zone(user_id), self._clock)
        for course, (_budget, indexes) in zip(courses, touched, strict=True):
            self._follow(work, course, indexes, page.steps, today, import_id=import_id)

    def _follow(
        self, work: Work, course: Course, touched: set[int], steps: Sequence[Step], today: date, *, import_id: str | None
    ) -> None:
        current = course.budget.schedule.index_of(today)
        standing_before = course.standing(current)
        watch = Watch(course, touched)
        for step in steps:
            watch.take(step)
        # New expenses that cross nothing leave all crossings as they are, and most expenses are of that kind.
        if watch.moved or any(step.before for step in steps):
            self._settle(work, course, dict(watch.verdicts()), steps, import_id=import_id)
        standing = course.standing(current)
        if standing != standing_before:
            tell_changed(work, course.budget, standing)

    def _settle(
        self, work: Work, course: Course, verdicts: dict[int, Verdict], steps: Sequence[Step], *, import_id: str | None
    ) -> None:
        budget = course.budget
        periods = [verdict.period for verdict in verdicts.values()]
        first, last = min(period.first for period in periods), max(period.first for period in periods)
        open_ = work.crossings.of(budget.user_id, [budget.id], first, last)
        verdicts = _with_fresh_tips(work, course, verdicts, _outdated(open_, steps))
        settlement = settle(budget, verdicts.values(), open_, new_id=self._new_id, now=self._clock())
        carry_out(work, budget, settlement.brought_by(import_id), reason="spending")


class Page:
    """What some news makes of the entries known before: the steps, and what is to be written."""

    def __init__(self, known: dict[str, Entry]) -> None:
        """Begin with what was known."""
        self._known = known
        self._now: dict[str, Entry] = {}
        self.steps: list[Step] = []
        self.sums: Counter[Slot] = Counter()

    def enter(self, news: Entry) -> None:
        """Note a state, unless the same or a newer one is known."""
        last = self._now.get(news.expense_id) or self._known.get(news.expense_id)
        if last is not None and news.version <= last.version:
            return
        self._now[news.expense_id] = news
        # The state known here counts, not the one that the news says came before: that may not have arrived, or never will.
        step = Step(last.expense if last else None, news.expense)
        self.steps.append(step)
        for expense, sign in step.sides:
            self.sums[expense.slot] += sign * expense.home.minor

    @property
    def new(self) -> list[Entry]:
        """Entries of expenses that nobody had heard of."""
        return [entry for entry in self._now.values() if entry.expense_id not in self._known]

    @property
    def changed(self) -> list[Entry]:
        """Entries that replace known ones."""
        return [entry for entry in self._now.values() if entry.expense_id in self._known]


def _touched(budgets: Sequence[Budget], steps: Sequence[Step]) -> list[tuple[Budget, set[int]]]:
    touched = ((budget, {index for step in steps for index, _minor in moves_of(budget, step)}) for budget in budgets)
    return [(budget, indexes) for budget, indexes in touched if indexes]


def _outdated(open_: Sequence[Crossing], steps: Sequence[Step]) -> list[Crossing]:
    """Return the crossings whose expense is not what it was when it took the period over."""
    changed = {step.before.id for step in steps if step.before is not None}
    return [crossing for crossing in open_ if crossing.tip.expense is not None and crossing.tip.expense.id in changed]


def _with_fresh_tips(work: Work, course: Course, verdicts: dict[int, Verdict], outdated: Sequence[Crossing]) -> dict[int, Verdict]:
    """Find who is to be named now in crossings that go on although their expense was changed or removed."""
    budget = course.budget
    numbered = [(budget.schedule.index_of(crossing.period.first), crossing.threshold) for crossing in outdated]
    edges = {
        (index, threshold)
        for index, threshold in numbered
        if index in verdicts and threshold <= verdicts[index].level and threshold not in verdicts[index].tips
    }
    if not edges:
        return verdicts
    periods = [verdicts[index].period for index, _threshold in edges]
    by_day = work.ledger.by_day(budget.user_id, budget.scope, min(p.first for p in periods), max(p.last for p in periods))
    fresh = attribute(work.ledger, budget.user_id, course, by_day, edges)
    return verdicts | {
        index: replace(verdicts[index], tips=verdicts[index].tips | {t: tip for (i, t), tip in fresh.items() if i == index})
        for index, _threshold in edges
    }
