"""An import is reviewed once, when all of its expenses are here: one summary of what it exceeded."""

from __future__ import annotations

import itertools
from pathlib import Path

from support.budgets_imports import IMPORT, a_batch, completed, published_alone
from support.budgets_world import COFFEE, GROCERIES, World, a_change, an_expense, make_world, usd


def test_all_that_an_import_exceeds_is_in_one_summary_in_any_order(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(range(3))):
        world = make_world(tmp_path / f"{number}.db")
        groceries = world.create(category_ids=[GROCERIES])
        coffee = world.create(name="Coffee", category_ids=[COFFEE], amount=usd("10.00"))
        events = [
            a_batch(a_change(an_expense("150.00"))),
            a_batch(a_change(an_expense("60.00")), a_change(an_expense("11.00", category=COFFEE))),
            completed(3),
        ]
        for which in order:
            world.deliver(events[which])
        events = world.published()
        (summary,) = [event.data for event in events if event.type == "import.reviewed"]
        found = {entry["budget_id"]: entry for entry in summary["exceedances"]}
        assert (len(summary["exceedances"]), set(found), summary["more"]) == (2, {groceries["id"], coffee["id"]}, 0)
        assert found[groceries["id"]]["spent"] == usd("210.00")
        assert found[coffee["id"]]["expense"]["amount"] == usd("11.00")
        crossings = [event.data for event in events if event.type in ("budget.near", "budget.exceeded")]
        assert all(data["import_id"] == IMPORT for data in crossings)
        assert {entry["crossing_id"] for entry in summary["exceedances"]} <= {data["crossing_id"] for data in crossings}
        world.service.close()


def test_the_summary_is_published_once_when_events_are_repeated(world: World) -> None:
    world.create()
    events = [a_batch(a_change(an_expense("250.00"))), completed(1)]
    for event in (*events, *events):
        world.deliver(event)
    assert len(world.published("import.reviewed")) == 1


def test_an_import_that_exceeds_nothing_is_reviewed_too(world: World) -> None:
    world.deliver(completed(0))
    (summary,) = world.published("import.reviewed")
    assert (summary.data["exceedances"], summary.data["filename"]) == ([], "bank.csv")


def test_only_the_highest_threshold_of_a_period_is_in_the_summary(world: World) -> None:
    world.create()
    world.deliver(a_batch(a_change(an_expense("170.00"))))
    world.deliver(a_batch(a_change(an_expense("50.00"))))
    world.deliver(completed(2))
    (summary,) = world.published("import.reviewed")
    assert [entry["threshold"] for entry in summary.data["exceedances"]] == [100]


def test_a_crossing_that_closed_before_the_end_is_not_in_the_summary(world: World) -> None:
    world.create()
    change = a_change(an_expense("250.00"))
    world.deliver(a_batch(change))
    world.deliver(a_batch(a_change(None, expense_id=change["expense_id"], version=2), kind="expense.removed"))
    world.deliver(completed(1))
    (summary,) = world.published("import.reviewed")
    assert summary.data["exceedances"] == []


def test_an_expense_after_the_import_is_published_at_once(world: World) -> None:
    world.create()
    world.deliver(a_batch(a_change(an_expense("170.00"))))
    world.deliver(completed(1))
    assert published_alone(world) == []
    world.spend("50.00")
    (event,) = published_alone(world)
    assert (event.type, event.data["spent"]) == ("budget.exceeded", usd("220.00"))


def test_an_undone_import_closes_its_crossings(world: World) -> None:
    world.create()
    change = a_change(an_expense("250.00"))
    world.deliver(a_batch(change))
    world.deliver(completed(1))
    world.published()
    world.deliver(a_batch(a_change(None, expense_id=change["expense_id"], version=2), kind="expense.removed"))
    assert world.crossings() == [("budget.recovered", 100, "2015-01-01")]


def test_an_import_without_an_end_is_published_after_an_hour(world: World) -> None:
    world.create()
    world.deliver(a_batch(a_change(an_expense("250.00"))))
    world.published()
    world.service.clean_up()
    assert world.published() == []
    world.at("2015-01-24T20:00:00Z")
    world.service.clean_up()
    (event,) = published_alone(world)
    assert event.type == "budget.exceeded"
    world.service.clean_up()
    assert world.published() == []


def test_late_expenses_of_an_import_do_not_publish_it_again(world: World) -> None:
    world.create()
    world.deliver(a_batch(a_change(an_expense("250.00"))))
    world.deliver(completed(1))
    world.published()
    world.deliver(a_batch(a_change(an_expense("1.00"))))
    world.at("2015-01-24T20:00:00Z")
    world.service.clean_up()
    assert published_alone(world) == []


def test_an_import_partly_counted_by_an_older_process_is_reviewed(world: World) -> None:
    world.create()
    world.deliver(a_batch(a_change(an_expense("250.00"))))
    world.deliver(completed(2))
    world.at("2015-01-24T20:00:00Z")
    world.service.clean_up()
    (summary,) = world.published("import.reviewed")
    assert len(summary.data["exceedances"]) == 1
