"""Another home currency: budgets are converted at the rate of the day, once, and only when all expenses have been converted."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from support.budgets_world import MARIA, World, a_change, an_expense, make_world, usd

IN_EUROS = replace(MARIA, home_currency="EUR")


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def an_event(kind: str, **data: Any) -> Event:
    return Event(uuid7(), "/outlay/expenses", kind, MARIA.user_id, "2015-01-24T18:00:00Z", {"user_id": MARIA.user_id, **data})


def converted(rate: str | None = "0.5", *, events: int, source: str = "USD", target: str = "EUR", version: int = 2) -> Event:
    data = {"version": version, "from": source, "to": target, "rate": rate, "events": events}
    return an_event("expenses.converted", **data)


def a_batch(*changes: dict[str, Any], source: str = "USD", target: str = "EUR", version: int = 2) -> Event:
    changing = {"version": version, "from": source, "to": target}
    return an_event("expense.changed", import_id=None, home_currency_changed=changing, changes=list(changes))


def in_euros(expense_id: str, amount: str, home: str, *, version: int = 2) -> dict[str, Any]:
    return a_change(an_expense(amount, home_amount=eur(home)), expense_id=expense_id, version=version)


def test_a_budget_is_converted_and_continues_to_count(world: World) -> None:
    budget = world.create()
    first = world.spend("150.00")
    world.deliver(converted(events=1))
    world.deliver(a_batch(in_euros(first, "150.00", "76.00")))
    after = world.get(budget)
    assert (after["amount"], after["current"]["spent"], after["current"]["limit"]) == (eur("100.00"), eur("76.00"), eur("100.00"))
    world.published()
    world.post(a_change(an_expense("30.00", home_amount=eur("30.00"))))
    assert world.crossings() == [("budget.exceeded", 100, "2015-01-01")]
    assert world.periods(budget)[0]["tipped_by"]["spent_then"] == eur("106.00")


def test_a_conversion_does_not_publish_an_exceeded_budget_again(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(range(3))):
        world = make_world(tmp_path / f"{number}.db")
        budget = world.create()
        first, second = world.spend("150.00"), world.spend("150.00")
        ((kind, _threshold, _start),) = world.crossings()[-1:]
        assert kind == "budget.exceeded"
        arriving = [converted(events=2), a_batch(in_euros(first, "150.00", "75.00")), a_batch(in_euros(second, "150.00", "75.00"))]
        for which in order:
            world.deliver(arriving[which])
        assert world.get(budget)["amount"] == eur("100.00")
        assert world.get(budget)["current"]["spent"] == eur("150.00")
        assert world.crossings() == [], f"published again when events arrive in the order {order}"
        (period,) = world.periods(budget)
        assert (period["state"], period["tipped_by"]["spent_then"]) == ("exceeded", eur("150.00"))
        world.service.close()


def test_an_expense_during_a_conversion_is_published_at_its_end(world: World) -> None:
    world.create()
    first = world.spend("150.00")
    world.crossings()
    world.deliver(converted(events=1))
    world.post(a_change(an_expense("60.00", home_amount=eur("60.00"))))
    assert world.crossings() == []
    world.deliver(a_batch(in_euros(first, "150.00", "75.00")))
    assert ("budget.exceeded", 100, "2015-01-01") in world.crossings()


def test_two_conversions_in_a_row_end_in_the_last_currency(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations(range(2))):
        world = make_world(tmp_path / f"{number}.db")
        budget = world.create()
        arriving = [converted(events=0), converted("2", events=0, source="EUR", target="GBP", version=3)]
        for which in order:
            world.deliver(arriving[which])
        assert world.get(budget)["amount"] == {"amount": "200.00", "currency": "GBP"}
        world.service.close()


def test_converting_there_and_back_converts_twice(world: World) -> None:
    budget = world.create()
    world.deliver(converted(events=0))
    back = converted("2.5", events=0, source="EUR", target="USD", version=3)
    world.deliver(back)
    world.deliver(replace(back, id=uuid7()))
    assert world.get(budget)["amount"] == usd("250.00")


@pytest.mark.parametrize(
    ("target", "rate", "limit"),
    [
        ("KWD", "0.3041", "60.820"),
        ("KWD", None, "200.000"),
        ("JPY", "149.335", "29867"),
        ("JPY", None, "200"),
        ("JPY", "0.00001", "1"),
        ("JPY", "99999999999.0", "999999999999"),
    ],
)
def test_a_limit_has_the_decimals_of_its_currency(world: World, target: str, rate: str | None, limit: str) -> None:
    budget = world.create()
    world.deliver(converted(rate, events=0, target=target))
    assert world.get(budget)["amount"] == {"amount": limit, "currency": target}


def test_halves_are_rounded_to_the_even_neighbour(world: World) -> None:
    low, high = world.create(amount=usd("0.25")), world.create(amount=usd("0.75"))
    world.deliver(converted("0.1", events=0))
    assert (world.get(low)["amount"], world.get(high)["amount"]) == (eur("0.02"), eur("0.08"))


def test_saving_another_field_after_the_change_keeps_the_converted_limit(world: World) -> None:
    budget = world.create(amount=usd("20.00"))
    world.deliver(converted(events=0))
    world.caller = IN_EUROS
    assert world.change(world.get(budget), name="Food")["amount"] == eur("10.00")


def test_a_budget_created_in_the_new_currency_is_not_converted(world: World) -> None:
    world.caller = IN_EUROS
    budget = world.create(amount=eur("20.00"))
    world.deliver(converted(events=0))
    assert world.get(budget)["amount"] == eur("20.00")
