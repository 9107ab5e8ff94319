"""`make capacity`: computes docs/operate/capacity.md from docs/develop/bench.md, the table that `make bench` printed, and from assumptions that it shows."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, fields
from math import ceil
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from load.capacity_page import page

DOCS = Path(__file__).parents[2] / "docs"
_ROW = re.compile(r"^\| (.+?) +\| ([\d,]+\.\d+) (\S*) *\|", re.MULTILINE)
PROCESSES = (
    "gateway serve",
    "auth serve",
    "auth work",
    "expenses serve",
    "expenses work",
    "budgets serve",
    "budgets work",
    "notifier serve",
    "notifier work",
)
BROKER = "broker"
OPERATIONS = ("look", "expense", "sign-in", "alert")


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What is assumed of people and machines; each field's name is the sentence."""

    share_of_people_active_per_day: float = 0.2
    looks_per_active_person_and_day: float = 5
    expenses_per_active_person_and_day: float = 3
    sign_ins_per_active_person_and_day: float = 0.1
    alerts_per_person_and_month: float = 2
    other_emails_per_person_and_month: float = 0.2
    share_of_the_day_in_its_busiest_hour: float = 0.15
    busiest_minute_relative_to_its_hour: float = 2
    minutes_per_look: float = 2
    share_of_expenses_with_a_receipt: float = 0.1
    kilobytes_per_receipt: float = 400
    years_kept: float = 5
    share_of_a_core_that_a_pod_may_use: float = 0.6
    cost_of_a_remote_store_relative_to_an_embedded_one: float = 1.5
    connections_per_pod_to_its_database: float = 20
    commits_per_second_per_database: float = 3000
    gigabytes_per_database: float = 4000
    messages_per_second_per_quorum_queue: float = 8000
    live_streams_per_gateway_pod: float = 2000


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    rows: dict[str, float]

    def cpu(self, operation: str, process: str) -> float:
        """Milliseconds of a core."""
        return max(0.0, self.rows[f"CPU of one {operation}: {process}"])

    def memory(self, process: str) -> float:
        """Megabytes."""
        return self.rows[f"resident memory: {process}"]


@dataclass(frozen=True)
class Need:
    """What a process needs: cores at the busiest minute, and pods."""

    cores: float
    pods: int
    memory_mb: float


@dataclass(frozen=True)
class Plan:
    """What some number of people needs."""

    people: int
    rates: dict[str, float]
    """Operations a second at the busiest minute."""
    needs: dict[str, Need]
    broker_cores: float
    events: float
    """Events handled a second at the busiest minute."""
    streams: float
    database_gb: dict[str, float]
    connections: dict[str, int]
    commits: dict[str, float]
    cloudant: dict[str, float]
    """Reads, writes, queries a second."""
    objects_gb: float
    emails_per_month: float

    @property
    def pods(self) -> int:
        """All pods."""
        return sum(need.pods for need in self.needs.values())

    @property
    def cores(self) -> float:
        """Cores of all pods at the busiest minute."""
        return sum(need.cores for need in self.needs.values())


def read_figures(text: str) -> Figures:
    """Read the table that `make bench` prints."""
    return Figures({what.strip(): float(number.replace(",", "")) for what, number, _unit in _ROW.findall(text)})


def rates_of(people: int, given: Assumptions) -> dict[str, float]:
    """Return how often each operation happens in a second of the busiest minute."""
    peak = given.share_of_the_day_in_its_busiest_hour * given.busiest_minute_relative_to_its_hour / 3600
    come = people * given.share_of_people_active_per_day
    return {
        "look": come * given.looks_per_active_person_and_day * peak,
        "expense": come * given.expenses_per_active_person_and_day * peak,
        "sign-in": come * given.sign_ins_per_active_person_and_day * peak,
        "alert": people * given.alerts_per_person_and_month / 30 * peak,
    }


def plan_for(people: int, figures: Figures, given: Assumptions) -> Plan:
    """Compute what some number of people needs."""
    rates = rates_of(people, given)
    streams = rates["look"] * given.minutes_per_look * 60
    needs = {process: _need(process, rates, streams, figures, given) for process in PROCESSES}
    expenses_in_all = (
        people * given.share_of_people_active_per_day * given.expenses_per_active_person_and_day * 365 * given.years_kept
    )
    database_gb = {
        name: figures.rows[f"stored for one expense: {name}"] * expenses_in_all / 1e6 for name in ("expenses", "budgets")
    }
    connections = {
        name: ceil((needs[f"{name} serve"].pods + needs[f"{name} work"].pods) * given.connections_per_pod_to_its_database)
        for name in ("expenses", "budgets", "notifier")
    }
    # A write and the forgetting of its event; for budgets the event that comes, and the one that goes out.
    commits = {"expenses": rates["expense"] * 3, "budgets": rates["expense"] * 3, "notifier": rates["alert"] * 6}
    auth_pods = needs["auth serve"].pods + needs["auth work"].pods
    return Plan(
        people=people,
        rates=rates,
        needs=needs,
        broker_cores=sum(rates[name] * figures.cpu(name, BROKER) for name in OPERATIONS) / 1000,
        events=rates["expense"] * figures.rows["events handled for one expense"],
        streams=streams,
        database_gb=database_gb,
        connections=connections,
        commits=commits,
        # A look is an exchange, one read, for each minute that it lasts; services/auth/README.md counts them all. Relays ask every 5 s.
        cloudant={
            "reads": rates["look"] * given.minutes_per_look + rates["sign-in"] * 2,
            "writes": rates["sign-in"] + rates["look"] / 10,
            "queries": auth_pods / 5,
        },
        objects_gb=expenses_in_all * given.share_of_expenses_with_a_receipt * given.kilobytes_per_receipt / 1e6,
        emails_per_month=people * (given.alerts_per_person_and_month + given.other_emails_per_person_and_month),
    )


def _need(process: str, rates: dict[str, float], streams: float, figures: Figures, given: Assumptions) -> Need:
    remote = 1 if process == "gateway serve" else given.cost_of_a_remote_store_relative_to_an_embedded_one
    cores = remote * sum(rates[name] * figures.cpu(name, process) for name in OPERATIONS) / 1000
    cores += figures.cpu("idle second", process) / 1000
    pods = max(2, ceil(cores / given.share_of_a_core_that_a_pod_may_use))
    if process == "gateway serve":
        pods = max(pods, ceil(streams / given.live_streams_per_gateway_pod))
    return Need(cores, pods, figures.memory(process))


def operations_a_core_carries(figures: Figures, given: Assumptions) -> dict[str, float]:
    """Return how many of each operation a second one core carries, all processes together, as full as a pod may be."""
    carried = {}
    for name in OPERATIONS:
        cpu = sum(
            figures.cpu(name, process)
            * (1 if process == "gateway serve" else given.cost_of_a_remote_store_relative_to_an_embedded_one)
            for process in PROCESSES
        )
        carried[name] = given.share_of_a_core_that_a_pod_may_use * 1000 / cpu
    return carried


def people_a_core_carries(figures: Figures, given: Assumptions) -> int:
    """Return for how many people one core is enough at the busiest minute."""
    carried, rates = operations_a_core_carries(figures, given), rates_of(1_000_000, given)
    cores = sum(rates[name] / carried[name] for name in OPERATIONS)
    return int(1_000_000 / cores)


def limits(figures: Figures, given: Assumptions) -> list[tuple[int, str, str]]:
    """Return (people, what is full then, what to do), the first first."""
    plan = plan_for(1_000_000, figures, given)

    def at(used: float, limit: float) -> int:
        return int(plan.people * limit / used) if used else sys.maxsize

    queue = plan.rates["expense"]
    found = [
        (
            at(plan.emails_per_month, 2_500_000),
            "the largest plan of SendGrid without a contract: 2.5 million emails a month",
            "a contract (Premier), or fewer emails: `budget.near` off by default",
        ),
        (
            at(plan.commits["expenses"], given.commits_per_second_per_database),
            "the database of expenses: commits per second",
            "split by owner; every query starts with the owner",
        ),
        (
            at(plan.database_gb["expenses"], given.gigabytes_per_database),
            "the disk of the database of expenses",
            "split by owner, or keep fewer years",
        ),
        (
            at(queue, given.messages_per_second_per_quorum_queue),
            "the queue `budgets.spending`: one quorum queue has one leader",
            "several queues, by a hash of the owner",
        ),
        (
            at(plan.connections["expenses"], 1000),
            "connections to the database of expenses (1,000)",
            "a smaller pool in each process, or a pooler",
        ),
        (
            at(plan.cloudant["reads"], 10_000),
            "Cloudant: 100 units of capacity, 10,000 reads per second",
            "keep service tokens longer than a minute, at the price of a later sign-out",
        ),
        (at(plan.broker_cores, 8), "the broker: 8 cores on its busiest node", "spread leaders over three nodes; larger nodes"),
    ]
    return sorted(found)


def assumed(given: Assumptions) -> list[tuple[str, str]]:
    """Return (sentence, value) of each assumption."""
    return [(field.name.replace("_", " "), f"{getattr(given, field.name):,g}") for field in fields(given)]


def made(bench: str) -> str:
    """Return the page."""
    figures, given = read_figures(bench), Assumptions()
    return page(
        plans=[plan_for(people, figures, given) for people in (10_000, 100_000, 1_000_000)],
        carried=operations_a_core_carries(figures, given),
        people_a_core=people_a_core_carries(figures, given),
        limits=limits(figures, given),
        assumed=assumed(given),
    )


def main() -> int:
    """Write the page."""
    (DOCS / "operate" / "capacity.md").write_text(made((DOCS / "develop" / "bench.md").read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
