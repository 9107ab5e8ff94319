"""What every outbox guarantees to the relay, and what the SQL parts of the chassis guarantee to a service."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from chassis.messaging.events import Event
from chassis.messaging.relay import Relay
from chassis.runtime.clock import now_ms
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import KeyReusedError
from chassis.storage.database import Database, StoreUnavailableError
from chassis.storage.idempotency import IdempotencyStore
from chassis.storage.inbox import Inbox
from chassis.storage.outbox import SqlOutbox, add_events
from chassis.storage.tables import chassis_tables
from testing.servers.stores import STORES, store_url
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

METADATA = sa.MetaData()
TABLES = chassis_tables(METADATA)
USER = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"


def left() -> Event:
    return Event(uuid7(), "/outlay/auth", "user.deleted", USER, "2026-11-22T10:00:00Z", {"user_id": USER})


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest) -> str:
    return store_url(request, "chassis")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database(url)
    with database.begin() as connection:
        METADATA.create_all(connection)
    yield database
    database.close()


def added(database: Database, *events: Event) -> list[str]:
    with database.begin() as connection:
        add_events(connection, TABLES.outbox, events)
    return [event.id for event in events]


def claimed(outbox: SqlOutbox, limit: int = 100) -> list[str]:
    return [event.id for event in outbox.claim(limit)]


def test_events_are_claimed_in_order_and_forgotten_when_sent(database) -> None:
    outbox = SqlOutbox(database, TABLES.outbox, owner="a")
    ids = added(database, left(), left(), left())
    assert claimed(outbox, 2) == ids[:2]
    outbox.mark_sent(ids[:2])
    assert claimed(outbox) == ids[2:]


def test_what_one_relay_has_claimed_no_other_gets_until_the_lease_ends(database) -> None:
    now = [1_000]
    one, two = (SqlOutbox(database, TABLES.outbox, owner=name, now=lambda: now[0]) for name in "ab")
    ids = added(database, left())
    assert claimed(one) == ids
    assert claimed(two) == []
    assert claimed(one) == ids
    now[0] += 30_001
    assert claimed(two) == ids


def test_events_are_leased_to_the_committing_processs_relay_first(url: str) -> None:
    database, now = Database(url, relay="a"), [now_ms()]
    with database.begin() as connection:
        METADATA.create_all(connection)
    one, two = (SqlOutbox(database, TABLES.outbox, owner=name, now=lambda: now[0]) for name in "ab")
    ids = added(database, left(), left())
    assert claimed(two) == []
    assert claimed(one) == ids
    now[0] += 6_000  # too old to cover the publishing: renewed
    assert claimed(one) == ids
    now[0] += 14_000
    assert claimed(two) == [], "it was renewed"
    now[0] += 2_000
    assert claimed(two) == ids
    assert claimed(one) == []
    database.close()


def test_a_rolled_back_change_publishes_nothing(database) -> None:
    rung: list[int] = []
    database._on_events = lambda: rung.append(1)
    with pytest.raises(RuntimeError), database.begin() as connection:
        add_events(connection, TABLES.outbox, [left()])
        raise RuntimeError
    with database.begin() as connection:
        connection.execute(sa.select(sa.literal_column("1")))
    assert rung == []
    assert claimed(SqlOutbox(database, TABLES.outbox, owner="a")) == []
    added(database, left())
    assert rung == [1]


def test_the_age_of_the_oldest_event_is_known(database) -> None:
    outbox = SqlOutbox(database, TABLES.outbox, owner="a")
    assert outbox.oldest_seconds() == 0
    added(database, left())
    assert 0 <= outbox.oldest_seconds() < 5


def test_the_relay_publishes_what_is_committed_and_goes_on_after_a_fault(database) -> None:
    wake_up, published, faults = threading.Event(), [], [OSError("broker away")]

    def publish(events: Any) -> None:
        if faults:
            raise faults.pop()
        published.extend(event.id for event in events)

    database._on_events = wake_up.set
    relay = Relay("some", SqlOutbox(database, TABLES.outbox, owner="a"), publish, Metrics(), wake_up=wake_up)
    ids = added(database, left())
    relay.start()
    eventually(lambda: published == ids)
    ids += added(database, *(left() for _ in range(250)))
    eventually(lambda: published == ids)
    eventually(lambda: claimed(SqlOutbox(database, TABLES.outbox, owner="a")) == [])
    relay.stop()


def test_an_event_is_handled_the_first_time_only_and_again_if_that_failed(database) -> None:
    with pytest.raises(RuntimeError), database.begin() as connection:
        assert Inbox(connection, TABLES.inbox).mark_handled("e1")
        raise RuntimeError
    with database.begin() as connection:
        assert Inbox(connection, TABLES.inbox).mark_handled("e1")
    with database.begin() as connection:
        assert not Inbox(connection, TABLES.inbox).mark_handled("e1")


def test_a_repeated_request_gets_the_first_answer_and_does_nothing(database) -> None:
    done = []

    def action() -> Any:
        done.append(1)
        return StoredResponse({"id": len(done)}, 201, {"ETag": '"1"'})

    def once(user: str, key: str | None, body: Any) -> Any:
        with database.begin() as connection:
            given = IdempotencyKey.of(user, key, "createThing", body) if key else None
            return IdempotencyStore(connection, TABLES.replay).respond(given, action)

    assert once("u1", "k", {"a": 1}) == once("u1", "k", {"a": 1}) == StoredResponse({"id": 1}, 201, {"ETag": '"1"'})
    with pytest.raises(KeyReusedError):
        once("u1", "k", {"a": 2})
    assert once("u2", "k", {"a": 2}).body == {"id": 2}
    assert once("u1", None, {"a": 1}).body == {"id": 3}


def test_writers_take_turns_and_lose_nothing(database) -> None:
    def write() -> None:
        for _ in range(25):
            added(database, left())

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed(SqlOutbox(database, TABLES.outbox, owner="a"), 1000)) == 200


def test_a_missing_store_is_unavailable(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    with pytest.raises(StoreUnavailableError) as caught:
        database.check()
    assert caught.value.headers["Retry-After"]
