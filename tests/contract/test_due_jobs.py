"""What due jobs guarantee on every SQL store."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from chassis.messaging.events import event_maker
from chassis.runtime.clock import system_clock
from chassis.runtime.ids import uuid7
from chassis.storage.database import Database
from chassis.storage.due_jobs import Job
from chassis.storage.job_worker import LEASE_SECONDS, LONGEST_SLEEP_SECONDS, RETRY_SECONDS, JobWorker
from chassis.storage.tables import chassis_tables
from chassis.storage.unit_of_work import SqlStore, UnitOfWork
from testing.servers.stores import STORES, store_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METADATA = sa.MetaData()
TABLES = chassis_tables(METADATA)
BOOK = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
NOON = 1_800_000_000_000
MAKE_EVENT = event_maker("/outlay/test", system_clock, uuid7)


class Jobs:
    """A store of jobs, a clock that the test sets, and workers of different processes."""

    def __init__(self, database: Database) -> None:
        self.now = NOON
        self.done: list[str] = []
        self.store = SqlStore(database, self._make)

    def _make(self, connection: sa.Connection) -> UnitOfWork:
        return UnitOfWork(connection, tables=TABLES, make_event=MAKE_EVENT)

    def schedule(self, *jobs: Job) -> None:
        with self.store.write() as unit:
            for job in jobs:
                unit.jobs.schedule(job)

    def get(self, job_id: str) -> Job | None:
        with self.store.read() as unit:
            return unit.jobs.get(job_id)

    def worker(self, name: str = "one", handler: Callable[..., Job | None] | None = None, **options: Any) -> JobWorker[UnitOfWork]:
        handlers = {"note": handler or self.note}
        return JobWorker("test", self.store, TABLES.due_job, handlers, holder=name, now=lambda: self.now, **options)

    def note(self, unit: UnitOfWork, job: Job) -> None:
        self.done.append(job.id)

    def outbox(self) -> int:
        with self.store.read() as unit:
            return len(unit.connection.execute(sa.select(TABLES.outbox.c.id)).all())


@pytest.fixture(params=STORES)
def jobs(request: pytest.FixtureRequest) -> Iterator[Jobs]:
    database = Database(store_url(request, "chassis"))
    with database.begin() as connection:
        METADATA.create_all(connection)
    yield Jobs(database)
    database.close()


def test_a_job_is_done_once_when_it_is_due(jobs: Jobs) -> None:
    jobs.schedule(Job("a", "note", NOON + 5_000))
    assert jobs.worker().run_once() == 5.0
    assert jobs.done == []
    jobs.now += 5_000
    assert jobs.worker().run_once() == LONGEST_SLEEP_SECONDS
    assert jobs.worker("two").run_once() == LONGEST_SLEEP_SECONDS
    assert jobs.done == ["a"]


def test_jobs_are_done_in_the_order_in_which_they_are_due(jobs: Jobs) -> None:
    jobs.schedule(Job("late", "note", NOON - 1), Job("early", "note", NOON - 2))
    jobs.worker().run_once()
    assert jobs.done == ["early", "late"]


def test_scheduling_again_replaces_the_job(jobs: Jobs) -> None:
    jobs.schedule(Job("a", "note", NOON + 5_000, {"n": 1}))
    jobs.schedule(Job("a", "note", NOON + 9_000, {"n": 2}, book_id=BOOK))
    assert jobs.get("a") == Job("a", "note", NOON + 9_000, {"n": 2}, book_id=BOOK)


def test_a_cancelled_job_is_not_done(jobs: Jobs) -> None:
    jobs.schedule(Job("a", "note", NOON))
    with jobs.store.write() as unit:
        unit.jobs.cancel("a")
    jobs.worker().run_once()
    assert jobs.done == []


def test_erasing_a_book_removes_its_jobs_alone(jobs: Jobs) -> None:
    jobs.schedule(Job("a", "note", NOON, book_id=BOOK), Job("b", "note", NOON))
    with jobs.store.write() as unit:
        unit.jobs.erase(BOOK)
    jobs.worker().run_once()
    assert jobs.done == ["b"]


def test_the_effect_of_a_job_and_its_removal_are_one(jobs: Jobs) -> None:
    def publish_and_fail(unit: UnitOfWork, job: Job) -> None:
        unit.publish("user.deleted", BOOK, {"user_id": BOOK})
        raise RuntimeError

    def publish(unit: UnitOfWork, job: Job) -> None:
        unit.publish("user.deleted", BOOK, {"user_id": BOOK})

    jobs.schedule(Job("a", "note", NOON))
    jobs.worker(handler=publish_and_fail).run_once()
    assert (jobs.outbox(), jobs.get("a") is not None) == (0, True)
    jobs.now += RETRY_SECONDS[0] * 1000
    jobs.worker(handler=publish).run_once()
    assert (jobs.outbox(), jobs.get("a")) == (1, None)


def test_a_failing_job_comes_back_after_growing_pauses(jobs: Jobs) -> None:
    def fail(unit: UnitOfWork, job: Job) -> None:
        raise RuntimeError

    jobs.schedule(Job("a", "note", NOON))
    for attempt, pause in enumerate([*RETRY_SECONDS, RETRY_SECONDS[-1]], start=1):
        jobs.worker(handler=fail).run_once()
        job = jobs.get("a")
        assert job is not None
        assert (job.attempts, job.due_ms) == (attempt, jobs.now + pause * 1000)
        jobs.now = job.due_ms


def test_a_handler_may_put_its_job_off(jobs: Jobs) -> None:
    def once_more(unit: UnitOfWork, job: Job) -> Job | None:
        jobs.done.append(job.id)
        return None if job.payload else dataclasses.replace(job, due_ms=job.due_ms + 1_000, payload={"last": True})

    jobs.schedule(Job("a", "note", NOON))
    worker = jobs.worker(handler=once_more)
    assert worker.run_once() == 1.0
    jobs.now += 1_000
    worker.run_once()
    assert (jobs.done, jobs.get("a")) == (["a", "a"], None)


def test_a_recurring_job_schedules_itself(jobs: Jobs) -> None:
    worker = jobs.worker(every={"note": 3600})
    worker.run_once()
    assert jobs.done == []
    for hour in (1, 2):
        jobs.now = NOON + hour * 3_600_000
        worker.run_once()
        jobs.worker("two", every={"note": 3600}).run_once()
        assert jobs.done == ["note"] * hour


def test_a_job_that_another_process_holds_is_left_to_it(jobs: Jobs) -> None:
    def meanwhile(unit: UnitOfWork, job: Job) -> None:
        other.run_once()
        jobs.done.append("one")

    other = jobs.worker("two")
    jobs.schedule(Job("a", "note", NOON))
    jobs.worker(handler=meanwhile).run_once()
    assert jobs.done == ["one"]


def test_a_job_whose_process_died_is_done_by_another(jobs: Jobs) -> None:
    jobs.schedule(Job("a", "note", NOON))
    jobs.worker("died").claim_next()
    jobs.worker("two").run_once()
    assert jobs.done == []
    jobs.now += int(LEASE_SECONDS * 1000) + 1
    jobs.worker("two").run_once()
    assert jobs.done == ["a"]


def test_a_job_that_was_taken_over_is_not_committed_twice(jobs: Jobs) -> None:
    def publish(unit: UnitOfWork, job: Job) -> None:
        unit.publish("user.deleted", BOOK, {"user_id": BOOK})

    slow = jobs.worker("slow", publish)
    jobs.schedule(Job("a", "note", NOON))
    job = slow.claim_next()
    assert job is not None
    jobs.now += int(LEASE_SECONDS * 1000) + 1
    jobs.worker("quick", publish).run_once()
    slow.carry_out(job)
    assert (jobs.outbox(), jobs.get("a")) == (1, None)
