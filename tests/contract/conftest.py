"""Servers that conformance suites run against, and what the tests of the bus on RabbitMQ share."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pika
import pytest

from chassis.messaging.bus import Queue, Settings
from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.rabbitmq import BrokerAddress, RabbitBus
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from support.cloudant_auth import Auth, auth_on
from support.objectstore import shared_object_store
from testing.fakes.rabbit import KNOWN
from testing.servers.couch import shared_couch
from testing.servers.couch_door import Door, opened
from testing.servers.sharing import folder_of_the_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pika.adapters.blocking_connection import BlockingChannel

    from chassis.messaging.bus import Bus
    from testing.servers.broker import Broker


@pytest.fixture(scope="session")
def couch(tmp_path_factory: pytest.TempPathFactory):
    """The address of a real server that speaks CouchDB's API, one for the whole run; each test takes a database of its own."""
    with shared_couch(folder_of_the_run(tmp_path_factory) / "couch") as url:
        yield url


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory):
    """A real S3 server, one for the whole run; each test takes a bucket of its own."""
    with shared_object_store(folder_of_the_run(tmp_path_factory) / "objects") as store:
        yield store


@pytest.fixture
def address(broker: Broker) -> BrokerAddress:
    """A virtual host of its own."""
    return BrokerAddress(url=broker.add_vhost(uuid7()))


@pytest.fixture(params=["embedded", "rabbitmq"])
def make_bus(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Bus]]:
    """Make a bus with some queues, again and again on the same storage."""
    made: list[Bus] = []
    if request.param == "rabbitmq":
        broker = request.getfixturevalue("broker")
        address = BrokerAddress(url=broker.add_vhost(uuid7()))

    def make(*queues: Queue, delays: tuple[float, ...] = (0.05, 0.05)) -> Bus:
        settings = Settings(delays=delays)
        if request.param == "rabbitmq":
            known = {queue.name: queue.types for queue in queues}
            bus: Bus = RabbitBus("test", address, queues, metrics=Metrics(), settings=settings, known=known)
        else:
            bus = EmbeddedBus(tmp_path / "bus.db", queues, metrics=Metrics(), settings=settings)
        made.append(bus)
        return bus

    yield make
    for bus in made:
        bus.stop()


@pytest.fixture
def make_rabbit() -> Iterator[Callable[..., RabbitBus]]:
    made: list[RabbitBus] = []

    def make(address: BrokerAddress, handler: Any = None, *, known: Any = KNOWN, queue: str = "a.one", **options: Any) -> RabbitBus:
        queues = [Queue(queue, known.get(queue, ()), handler)] if handler is not None else []
        made.append(RabbitBus("test", address, queues, metrics=Metrics(), settings=Settings((0.05, 0.05)), known=known, **options))
        return made[-1]

    yield make
    for bus in made:
        bus.stop()


@pytest.fixture
def channel(address: BrokerAddress) -> Iterator[BlockingChannel]:
    """Another program's channel to the same virtual host."""
    connection = pika.BlockingConnection(address.parameters("stranger"))
    yield connection.channel()
    if connection.is_open:
        connection.close()


@pytest.fixture
def door(couch: str) -> Iterator[Door]:
    """A proxy in front of the server with CouchDB's API."""
    with opened(couch) as door:
        yield door


@pytest.fixture
def auth(door: Door) -> Iterator[Auth]:
    """Auth on a database of its own behind a proxy."""
    with auth_on(door.address(f"test-{secrets.token_hex(8)}")) as auth:
        auth.made.service.migrate()
        assert auth.ready() == 200
        door.counted()
        yield auth
