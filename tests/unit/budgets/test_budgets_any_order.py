"""Whatever happens to expenses and budgets, and in whatever order it is heard of, the end is what a recount says."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.events import Event
from chassis.ids import uuid7
from chassis.tokens import Caller
from unit.budgets.budgets_world import MARIA, World, a_change, make_world
from unit.budgets.naive_recount import recount

CATEGORIES = [uuid7(), uuid7(), uuid7(), None]
DAYS = ["2014-12-31", "2015-01-30", "2015-01-31", "2015-02-28", "2015-06-30", "2015-07-15", "2015-07-31", "2016-02-29"]
TODAY = "2015-07-15T18:00:00Z"

amounts = st.sampled_from(["0.00", "0.01", "20.00", "79.99", "80.00", "100.00", "250.00", "900.00", "-60.00"])
currencies = st.sampled_from(["USD", "USD", "USD", "USD", "EUR"])
which = st.integers(0, 30)


@st.composite
def states(draw: st.DrawFn) -> dict[str, Any]:
    money = {"amount": draw(amounts), "currency": draw(currencies)}
    return {
        "kind": draw(st.sampled_from(["expense", "expense", "expense", "income"])),
        "amount": money,
        "home_amount": money,
        "category_id": draw(st.sampled_from(CATEGORIES)),
        "spent_on": draw(st.sampled_from(DAYS)),
        "payee": "Onion",
    }


terms = st.fixed_dictionaries(
    {},
    optional={
        "category_ids": st.lists(st.sampled_from(CATEGORIES[:3]), unique=True, max_size=2),
        "amount": st.sampled_from([{"amount": "100.00", "currency": "USD"}, {"amount": "250.00", "currency": "USD"}]),
        "period": st.sampled_from(["weekly", "monthly", "quarterly", "yearly"]),
        "starts_on": st.sampled_from(["2014-06-01", "2015-01-01", "2015-01-31", "2015-03-25", "2015-07-13", "2016-02-29"]),
        "thresholds": st.sampled_from([[], [50], [80, 100], [1, 99, 100]]),
        "rollover": st.sampled_from(["none", "unspent", "all"]),
    },
)
happenings = st.one_of(
    st.tuples(st.just("record"), st.lists(states(), min_size=1, max_size=1)),
    st.tuples(st.just("record"), st.lists(states(), min_size=1, max_size=1)),
    st.tuples(st.just("record"), st.lists(states(), min_size=2, max_size=8)),
    st.tuples(st.just("edit"), which, states()),
    st.tuples(st.just("remove"), which),
    st.tuples(st.just("undo_import"), which),
    st.tuples(st.just("move_category"), st.sampled_from(CATEGORIES), st.sampled_from(CATEGORIES)),
    st.tuples(st.just("set_budget"), terms),
    st.tuples(st.just("change_budget"), which, terms),
    st.tuples(st.just("remove_budget"), which),
    st.tuples(st.just("deliver"), which),
    st.tuples(st.just("deliver"), which),
    st.tuples(st.just("deliver_again"), which),
)


@dataclass
class Story:
    """What really happened, and what was heard of it so far."""

    world: World
    expenses: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    imports: list[list[str]] = field(default_factory=list)
    budgets: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)
    delivered: list[Event] = field(default_factory=list)

    def tell(self, happening: tuple[Any, ...]) -> None:
        name, *arguments = happening
        getattr(self, name)(*arguments)

    def record(self, made: list[dict[str, Any]]) -> None:
        ids = [uuid7() for _state in made]
        self.imports.append(ids)
        self._happen("expense.recorded", dict(zip(ids, made, strict=True)))

    def edit(self, number: int, state: dict[str, Any]) -> None:
        if self.expenses:
            self._happen("expense.changed", {pick(sorted(self.expenses), number): state})

    def remove(self, number: int) -> None:
        if self.expenses:
            self._happen("expense.removed", {pick(sorted(self.expenses), number): None})

    def undo_import(self, number: int) -> None:
        left = [expense_id for expense_id in pick(self.imports, number) if expense_id in self.expenses] if self.imports else []
        self._happen("expense.removed", dict.fromkeys(left))

    def move_category(self, source: str | None, target: str | None) -> None:
        moved = {key: {**state, "category_id": target} for key, state in self.expenses.items() if state["category_id"] == source}
        self._happen("expense.changed", moved)

    def _happen(self, kind: str, after: dict[str, Any]) -> None:
        changes = []
        for expense_id, state in after.items():
            self.versions[expense_id] += 1
            changes.append(a_change(state, expense_id=expense_id, version=self.versions[expense_id]))
            self.expenses.pop(expense_id, None)
            if state is not None:
                self.expenses[expense_id] = state
        data = {"user_id": self.world.caller.user_id, "import_id": None, "changes": changes}
        if changes:
            self.waiting.append(Event(uuid7(), "/outlay/expenses", kind, data["user_id"], TODAY, data))

    def set_budget(self, body: dict[str, Any]) -> None:
        self.budgets.append(self.world.create(**body))

    def change_budget(self, number: int, body: dict[str, Any]) -> None:
        if self.budgets:
            budget = pick(self.budgets, number)
            self.budgets.remove(budget)
            self.budgets.append(self.world.change(budget, **{"name": "Renamed", **body}))

    def remove_budget(self, number: int) -> None:
        if self.budgets:
            budget = pick(self.budgets, number)
            self.budgets.remove(budget)
            self.world.remove(budget)

    def deliver(self, number: int) -> None:
        if self.waiting:
            event = pick(self.waiting, number)
            self.waiting.remove(event)
            self.delivered.append(self.world.deliver(event))

    def deliver_again(self, number: int) -> None:
        """The same event once more, or what it says in an event of its own, as after a replay of dead letters."""
        if self.delivered:
            event = pick(self.delivered, number)
            self.world.deliver(event if number % 2 else replace(event, id=uuid7()))


def pick(values: list[Any], number: int) -> Any:
    return values[number % len(values)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """One service for all examples; each has a person of its own."""
    path = tmp_path_factory.mktemp("budgets") / "budgets.db"
    world = make_world(path, moment=TODAY)
    yield world, path
    world.service.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(st.tuples(st.just("set_budget"), terms), min_size=1, max_size=3),
    st.lists(happenings, min_size=20, max_size=50),
    st.randoms(use_true_random=False),
)
def test_in_the_end_everything_is_as_a_recount_says(shared, budgets: list[Any], told: list[Any], random: Any) -> None:
    world, path = shared
    world.announced()
    world.caller = new_person()
    story = Story(world)
    for happening in [*budgets, *told]:
        story.tell(happening)
    random.shuffle(story.waiting)
    for event in story.waiting:
        world.deliver(event)
    announcements = world.announced()
    check_announcements(announcements)
    for budget in story.budgets:
        now = world.get(budget)
        must = recount(now, list(story.expenses.values()))
        check_history(world, now, must)
        check_crossings(path, now, must, announcements)
        shown = [
            event.data["budget"] for event in announcements if event.type == "budget.changed" and event.subject == budget["id"]
        ]
        assert shown[-1] == now


def new_person() -> Caller:
    return replace(MARIA, user_id=uuid7())


def check_history(world: World, budget: dict[str, Any], must: dict[str, Any]) -> None:
    history = world.periods(budget)
    assert history[0]["from"] == budget["current"]["from"]
    for period in history:
        due = must[period["from"]]
        assert period["to"] == due["to"]
        assert Decimal(period["spent"]["amount"]) == due["spent"]
        assert Decimal(period["limit"]["amount"]) == due["limit"]
        assert Decimal(period["remaining"]["amount"]) == due["limit"] - due["spent"]
        assert (period["state"] == "exceeded") == (due["spent"] > due["limit"])
    spent_in = [first for first, due in must.items() if due["spent"] and first <= budget["current"]["from"]]
    assert set(spent_in) <= {period["from"] for period in history}


def check_crossings(path: Path, budget: dict[str, Any], must: dict[str, Any], announcements: list[Event]) -> None:
    query = "SELECT period_from, threshold, id, announced FROM crossing WHERE budget_id = ?"
    with closing(sqlite3.connect(path)) as connection:
        open_ = connection.execute(query, (budget["id"],)).fetchall()
    assert {row[:2] for row in open_} == {(first, threshold) for first, due in must.items() for threshold in due["held"]}
    told = defaultdict(int)
    for event in announcements:
        if event.subject == budget["id"] and "crossing_id" in event.data:
            told[event.data["crossing_id"]] += 1 if event.type != "budget.recovered" else -1
    assert {crossing_id for crossing_id, times in told.items() if times} == {row[2] for row in open_ if row[3]}


def check_announcements(announcements: list[Event]) -> None:
    """For each budget, period and threshold: crossed and recovered in turn, each pair under an id of its own."""
    pending: dict[tuple[str, ...], str] = {}
    used: set[str] = set()
    for event in announcements:
        if "crossing_id" not in event.data:
            continue
        data = event.data
        key = (data["budget_id"], data["period"]["from"], data["period"]["to"], data["threshold"])
        if event.type == "budget.recovered":
            assert pending.pop(key) == data["crossing_id"]
        else:
            assert event.type == ("budget.exceeded" if data["threshold"] == 100 else "budget.near")
            assert key not in pending
            assert data["crossing_id"] not in used
            used.add(data["crossing_id"])
            pending[key] = data["crossing_id"]
