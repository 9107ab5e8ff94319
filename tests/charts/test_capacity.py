"""docs/operate/capacity.md follows from what was measured."""

from __future__ import annotations

from load.capacity import OPERATIONS, Assumptions, limits, made, people_a_core_carries, plan_for, read_figures
from testing.servers.helm import ROOT

BENCH = (ROOT / "docs" / "develop" / "bench.md").read_text("utf-8")
FIGURES, GIVEN = read_figures(BENCH), Assumptions()


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "operate" / "capacity.md").read_text("utf-8") == made(BENCH), "make capacity"


def test_capacity_grows_with_people_and_keeps_two_pods() -> None:
    some, many = plan_for(100_000, FIGURES, GIVEN), plan_for(1_000_000, FIGURES, GIVEN)
    assert all(abs(many.rates[name] / some.rates[name] - 10) < 1e-6 for name in OPERATIONS)
    assert 7 < many.cores / some.cores < 10.1
    assert all(need.pods >= 2 for need in plan_for(10, FIGURES, GIVEN).needs.values())


def test_who_is_slower_needs_more() -> None:
    slower = read_figures(BENCH)
    slower.rows["CPU of one look: gateway serve"] *= 3
    assert (
        plan_for(1_000_000, slower, GIVEN).needs["gateway serve"].cores
        > plan_for(1_000_000, FIGURES, GIVEN).needs["gateway serve"].cores
    )
    assert people_a_core_carries(slower, GIVEN) < people_a_core_carries(FIGURES, GIVEN)


def test_what_breaks_first_stands_first() -> None:
    people = [limit for limit, _, _ in limits(FIGURES, GIVEN)]
    assert people == sorted(people)
    assert len(people) >= 5
