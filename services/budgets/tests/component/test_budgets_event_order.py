"""In whatever order events arrive, the result equals a recount."""

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

from chassis.messaging.delivery import Outcome
from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from chassis.security.tokens import Caller
from support.budgets_world import MARIA, World, a_change, make_world
from support.naive_recount import recount

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
    st.tuples(st.just("bring"), st.lists(states(), min_size=1, max_size=6)),
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
class History:
    """What really happened, and which events have arrived."""

    world: World
    expenses: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    imports: list[tuple[str, list[str]]] = field(default_factory=list)
    undone: set[str] = field(default_factory=set)
    budgets: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)
    delivered: list[Event] = field(default_factory=list)

    def apply(self, happening: tuple[Any, ...]) -> None:
        name, *arguments = happening
        getattr(self, name)(*arguments)

    def record(self, made: list[dict[str, Any]]) -> None:
        self._happen("expense.recorded", {uuid7(): state for state in made})

    def bring(self, made: list[dict[str, Any]]) -> None:
        """Import a file, in two events and the one that says how many expenses there are."""
        import_id, brought = uuid7(), [(uuid7(), state) for state in made]
        self.imports.append((import_id, [expense_id for expense_id, _state in brought]))
        for part in (brought[::2], brought[1::2]):
            self._happen("expense.recorded", dict(part), import_id)
        facts = {"rows": len(made), "imported": len(made), "duplicates": 0, "failed": 0, "from": DAYS[0], "to": DAYS[-1]}
        self._happen_to(import_id, "import.completed", facts)

    def edit(self, number: int, state: dict[str, Any]) -> None:
        if self.expenses:
            self._happen("expense.changed", {pick(sorted(self.expenses), number): state})

    def remove(self, number: int) -> None:
        if self.expenses:
            self._happen("expense.removed", {pick(sorted(self.expenses), number): None})

    def undo_import(self, number: int) -> None:
        import_id, ids = pick(self.imports, number) if self.imports else ("", [])
        if import_id and import_id not in self.undone:
            self.undone.add(import_id)
            for expense_id in ids:
                if expense_id in self.expenses:
                    self._happen("expense.removed", {expense_id: None}, import_id)
            self._happen_to(import_id, "import.undone", {})

    def _happen_to(self, import_id: str, kind: str, facts: dict[str, Any]) -> None:
        data = {"user_id": self.world.caller.user_id, "import_id": import_id, "filename": "bank.csv", **facts}
        self.waiting.append(Event(uuid7(), "/outlay/expenses", kind, import_id, TODAY, data))

    def move_category(self, source: str | None, target: str | None) -> None:
        moved = {key: {**state, "category_id": target} for key, state in self.expenses.items() if state["category_id"] == source}
        self._happen("expense.changed", moved)

    def _happen(self, kind: str, after: dict[str, Any], import_id: str | None = None) -> None:
        changes = []
        for expense_id, state in after.items():
            self.versions[expense_id] += 1
            changes.append(a_change(state, expense_id=expense_id, version=self.versions[expense_id]))
            self.expenses.pop(expense_id, None)
            if state is not None:
                self.expenses[expense_id] = state
        data = {"user_id": self.world.caller.user_id, "import_id": import_id, "changes": changes}
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
def test_any_order_of_events_ends_as_a_recount_says(shared, budgets: list[Any], steps: list[Any], random: Any) -> None:
    world, path = shared
    world.published()
    world.caller = new_person()
    history = History(world)
    for happening in [*budgets, *steps]:
        history.apply(happening)
    random.shuffle(history.waiting)
    at_once = random.randint(1, 20)
    for queue in world.service.queues:
        if waiting := [event for event in history.waiting if event.type in queue.types]:
            outcomes = {settled.outcome for settled in world.deliver_together(waiting, at_once=at_once)}
            assert outcomes == {Outcome.HANDLED}
    give_up_waiting(world)
    published = world.published()
    check_events(published)
    for budget in history.budgets:
        now = world.get(budget)
        must = recount(now, list(history.expenses.values()))
        check_history(world, now, must)
        check_crossings(path, now, must, published)
        check_alerts(path, now, published, history.undone)
        shown = [event.data["budget"] for event in published if event.type == "budget.changed" and event.subject == budget["id"]]
        assert shown[-1] == now


def new_person() -> Caller:
    return replace(MARIA, user_id=uuid7())


def give_up_waiting(world: World) -> None:
    """Let an hour pass, for imports of which something came twice or not in the order of things."""
    world.at("2015-07-15T20:00:00Z")
    world.service.clean_up()
    world.at(TODAY)


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


def check_crossings(path: Path, budget: dict[str, Any], must: dict[str, Any], published: list[Event]) -> None:
    query = "SELECT period_from, threshold, id, announced FROM crossing WHERE budget_id = ?"
    with closing(sqlite3.connect(path)) as connection:
        open_ = connection.execute(query, (budget["id"],)).fetchall()
    assert {row[:2] for row in open_} == {(first, threshold) for first, due in must.items() for threshold in due["held"]}
    alerted: set[str] = set()
    for event in published:
        if event.subject == budget["id"] and "crossing_id" in event.data:
            change = alerted.discard if event.type == "budget.recovered" else alerted.add
            change(event.data["crossing_id"])
    assert alerted == {row[2] for row in open_ if row[3]}


def check_alerts(path: Path, budget: dict[str, Any], published: list[Event], undone: set[str]) -> None:
    """Each open crossing was published once, alone or in a summary that was not withdrawn; a lower one only if no higher one was."""
    query = "SELECT id, period_from, threshold, told_in FROM crossing WHERE budget_id = ? AND announced = 1"
    with closing(sqlite3.connect(path)) as connection:
        open_ = connection.execute(query, (budget["id"],)).fetchall()
        [(waiting,)] = connection.execute("SELECT count(*) FROM crossing WHERE import_id IS NOT NULL").fetchall()
    assert not waiting
    alone = [event.data["crossing_id"] for event in published if event.data.get("import_id", "") is None]
    listed = {
        (event.data["import_id"], entry["budget_id"], entry["period"]["from"])
        for event in published
        if event.type == "import.reviewed"
        for entry in event.data["exceedances"]
    }
    for crossing_id, first, threshold, reported_in in open_:
        covered = any(
            event.data["threshold"] > threshold and event.data["period"]["from"] == first
            for event in published
            if event.subject == budget["id"] and event.type in ("budget.near", "budget.exceeded")
        )
        expected = {0} if reported_in else {0, 1} if covered else {1}
        assert alone.count(crossing_id) in expected
        assert reported_in is None or (reported_in not in undone and (reported_in, budget["id"], first) in listed)


def check_events(published: list[Event]) -> None:
    """For each budget, period and threshold: crossed and recovered in turn, each pair under an id of its own."""
    pending: dict[tuple[str, ...], str] = {}
    used: set[str] = set()
    brought: set[str] = set()
    """Those that an import opened; they may be published once more, alone."""
    for event in published:
        if "crossing_id" not in event.data:
            continue
        data = event.data
        key = (data["budget_id"], data["period"]["from"], data["period"]["to"], data["threshold"])
        if event.type == "budget.recovered":
            assert pending.pop(key) == data["crossing_id"]
        else:
            assert event.type == ("budget.exceeded" if data["threshold"] == 100 else "budget.near")
            assert pending.get(key) in (None, data["crossing_id"])
            assert data["crossing_id"] not in used or (data["crossing_id"] in brought and data["import_id"] is None)
            brought.discard(data["crossing_id"])
            if data["import_id"]:
                brought.add(data["crossing_id"])
            used.add(data["crossing_id"])
            pending[key] = data["crossing_id"]
