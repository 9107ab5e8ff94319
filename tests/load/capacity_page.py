"""docs/operate/capacity.md as text and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from load.capacity import Plan

_CLOUDANT = {"reads": 100, "writes": 50, "queries": 5}
"""Per second, of one unit of provisioned capacity of Cloudant's Standard plan."""


def page(
    *,
    plans: list[Plan],
    carried: dict[str, float],
    people_a_core: int,
    limits: list[tuple[int, str, str]],
    assumed: list[tuple[str, str]],
) -> str:
    """Return the page."""
    large = plans[-1]
    lines = [
        "# Capacity",
        "",
        "For operators who plan how much to buy: computed by `make capacity` (`tests/load/capacity.py`) from [what `make bench`",
        "measured](../develop/bench.md) and from the assumptions below. Change one and run it again. It is a starting point: measure your",
        "own load before you buy.",
        "",
        "## What one core carries",
        "",
        "All services together, with the share of a core that each pod may use:",
        "",
        *_table(["operation", "per second"], [[_SAID[name], f"{rate:,.0f}"] for name, rate in carried.items()]),
        "",
        f"With the assumptions below, one core serves **{_round(people_a_core)} people**.",
        "",
        "## What people need",
        "",
        *_table(["", *[f"{plan.people:,} people" for plan in plans]], _rows(plans)),
        "",
        f"Of the {large.pods} pods for {large.people:,} people:",
        "",
        *_table(
            ["process", "cores at the busiest minute", "pods", "memory of each"],
            [[name, f"{need.cores:.1f}", str(need.pods), f"{need.memory_mb:.0f} MB"] for name, need in large.needs.items()],
        ),
        "",
        "There are at least two pods of everything, so that one can be replaced.",
        "",
        "## Bottlenecks",
        "",
        "More pods do not help with these; in the order in which they are reached:",
        "",
        *_table(["people", "bottleneck", "remedy"], [[_round(people), what, then] for people, what, then in limits]),
        "",
        "## Assumptions",
        "",
        *_table(["", "value"], [[sentence, value] for sentence, value in assumed]),
        "",
        "Not included: imports (100,000 rows take a pod of expenses and one of budgets some seconds each), the memory of idle live streams, and receipts",
        "while they are opened (up to `RECEIPTS_MEMORY`, 512 MB in the chart, for each of two, for about a second; the pod's limit covers that, its request does",
        "not).",
        "",
        "The measurement used embedded stores, so their work is part of the processes' CPU. The cost of a remote store is a cautious estimate until you run",
        "`make bench` against yours.",
    ]
    return "\n".join(lines) + "\n"


_SAID = {
    "look": "a look: expenses, summary, budgets and alerts",
    "expense": "an expense, until budgets has it",
    "sign-in": "a sign-in",
    "alert": "an alert, with its category, budget and expense, until the email is accepted",
}


def _rows(plans: list[Plan]) -> list[list[str]]:
    def row(what: str, figure: Any) -> list[str]:
        return [what, *[figure(plan) for plan in plans]]

    return [
        row(
            "requests per second, busiest minute",
            lambda plan: f"{plan.rates['look'] * 4 + plan.rates['expense'] + plan.rates['sign-in']:,.0f}",
        ),
        row("expenses per second, busiest minute", lambda plan: f"{plan.rates['expense']:,.1f}"),
        row("open pages (live streams)", lambda plan: f"{plan.streams:,.0f}"),
        row("cores in use then", lambda plan: f"{plan.cores:,.1f}"),
        row("pods", lambda plan: f"{plan.pods}"),
        row("memory of all pods", lambda plan: f"{sum(need.pods * need.memory_mb for need in plan.needs.values()) / 1000:,.1f} GB"),
        row("RabbitMQ, three nodes", lambda plan: f"{max(1.0, plan.broker_cores):,.1f} cores each, {plan.events:,.1f} events/s"),
        row(
            "Db2 or MySQL: expenses",
            lambda plan: f"{plan.commits['expenses']:,.0f} commits/s, {plan.database_gb['expenses']:,.0f} GB",
        ),
        row(
            "Db2 or MySQL: budgets", lambda plan: f"{plan.commits['budgets']:,.0f} commits/s, {plan.database_gb['budgets']:,.0f} GB"
        ),
        row("Db2 or MySQL: notifier", lambda plan: f"{plan.commits['notifier']:,.1f} commits/s"),
        row(
            "connections to expenses / budgets / notifier",
            lambda plan: " / ".join(f"{count:,}" for count in plan.connections.values()),
        ),
        row(
            "Cloudant: reads / writes / queries per second",
            lambda plan: " / ".join(f"{rate:,.1f}" for rate in plan.cloudant.values()),
        ),
        row("  units of capacity", lambda plan: f"{_units(plan)}"),
        row("Object Storage", lambda plan: f"{plan.objects_gb:,.0f} GB"),
        row("SendGrid: emails per month", lambda plan: f"{plan.emails_per_month:,.0f} ({_sendgrid(plan.emails_per_month)})"),
    ]


def _units(plan: Plan) -> int:
    return max(-int(-plan.cloudant[name] // size) for name, size in _CLOUDANT.items())


def _sendgrid(mails: float) -> str:
    plans = ((100_000, "Essentials"), (2_500_000, "Pro"))
    return next((name for most, name in plans if mails <= most), "Premier, by contract")


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _round(people: int) -> str:
    step = 10 ** max(0, len(str(people)) - 2)
    return f"{people // step * step:,}"
