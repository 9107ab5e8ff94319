"""The cost of the suite on a real broker, beside bare pika on the same broker in the same run."""

from __future__ import annotations

import secrets
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pika

from chassis.messaging.events import Event
from chassis.messaging.rabbitmq import BrokerAddress, RabbitBus
from chassis.runtime.metrics import Metrics
from load.table import Table
from testing.clients.client import Person
from testing.servers.broker import Broker
from testing.servers.fleet import Fleet
from testing.servers.mailprocess import MailProcess
from testing.servers.proxy import Board
from testing.waiting import eventually

PEOPLE, BUDGETS = 15, 10
"""Ten budgets each, which is what a household keeps."""
BARE = 2_000
EXPENSES = 1_000
_BODY = b"x" * 900
_QUORUM = {"x-queue-type": "quorum"}
_PERSISTENT = pika.BasicProperties(delivery_mode=2)


@contextmanager
def apart(folder: Path) -> Iterator[tuple[Fleet, Broker, MailProcess]]:
    """The suite as one process of each kind, a broker, and a provider."""
    broker = Broker(folder / "broker").start()
    try:
        with Board() as board, MailProcess(folder / "mails") as mails:
            environ = {
                "OUTLAY_DATA_KEY": secrets.token_hex(32),
                "NOTIFIER_MAIL": f"sendgrid:{mails.url}",
                "SENDGRID_API_KEY": mails.key,
                "NOTIFIER_FROM": "Outlay <outlay@outlay.example>",
                "OUTLAY_LOG_LEVEL": "warning",
                "OUTLAY_BUS": broker.url(),
            }
            fleet = Fleet(folder / "data", board, replicas=1, environ=environ).start()
            try:
                yield fleet, broker, mails
            finally:
                fleet.stop()
    finally:
        broker.close()


def bare_latency(broker: Broker, count: int) -> list[float]:
    """Publish to a quorum queue and consume from it, one message at a time: milliseconds each."""
    arrived, times = threading.Event(), []

    def consume() -> None:
        with pika.BlockingConnection(pika.URLParameters(broker.url())) as connection:
            channel = connection.channel()
            channel.queue_declare("bare.latency", durable=True, arguments=_QUORUM)
            ready.set()
            for method, _properties, _body in channel.consume("bare.latency", inactivity_timeout=5):
                if method is None or not method.delivery_tag:
                    break
                channel.basic_ack(method.delivery_tag)
                arrived.set()
                if len(times) >= count - 1:
                    break

    ready = threading.Event()
    thread = threading.Thread(target=consume)
    thread.start()
    ready.wait(10)
    with pika.BlockingConnection(pika.URLParameters(broker.url())) as connection:
        channel = connection.channel()
        for _ in range(count):
            arrived.clear()
            started = time.perf_counter()
            channel.basic_publish("", "bare.latency", _BODY, _PERSISTENT)
            arrived.wait(5)
            times.append((time.perf_counter() - started) * 1000)
            time.sleep(0.005)
    thread.join()
    return sorted(times)


def bare_rate(broker: Broker, count: int) -> float:
    """Publish each under its own confirm and consume them all, in two threads: events a second."""

    def publish() -> None:
        with pika.BlockingConnection(pika.URLParameters(broker.url())) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for _ in range(count):
                channel.basic_publish("", "bare.rate", _BODY, _PERSISTENT, mandatory=True)

    def consume() -> None:
        with pika.BlockingConnection(pika.URLParameters(broker.url())) as connection:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=50)
            for number, (method, _properties, _body) in enumerate(channel.consume("bare.rate"), 1):
                channel.basic_ack(method.delivery_tag)
                if number == count:
                    return

    with pika.BlockingConnection(pika.URLParameters(broker.url())) as connection:
        connection.channel().queue_declare("bare.rate", durable=True, arguments=_QUORUM)
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(publish), pool.submit(consume)]:
            done.result()
    return count / (time.perf_counter() - started)


def handled(fleet: Fleet) -> int:
    """Return how many events have been handled, as the inboxes say; asking the processes would cost them time."""
    count = 0
    for service in ("expenses", "budgets", "notifier"):
        with closing(sqlite3.connect(fleet.folder / f"{service}.db", timeout=10)) as store:
            count += store.execute("SELECT COUNT(*) FROM inbox").fetchone()[0]
    return count


def settled(fleet: Fleet, *, seconds: float = 120) -> None:
    """Wait until nothing more is handled."""
    seen = -1

    def still() -> bool:
        nonlocal seen
        before, seen = seen, handled(fleet)
        return before == seen

    time.sleep(0.3)
    eventually(lambda: time.sleep(0.5) or still(), seconds=seconds)


def households(fleet: Fleet, mails: MailProcess, limit: str) -> list[tuple[Person, str]]:
    """Sign people up; return each with each of their categories, which has a budget of its own."""
    found = []
    for _ in range(PEOPLE):
        person = Person(fleet.url).verify(mails)
        for number in range(BUDGETS):
            category = person.made("categories", name=f"Category {number}")["id"]
            person.budget(limit, name=f"Budget {number}", category_ids=[category])
            found.append((person, category))
    settled(fleet)
    return found


def alert_latency(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """From the 201 of the expense that tips a budget to the provider's accept; the floor is one publish-to-consume."""
    with apart(folder) as (fleet, broker, mails):
        tippable = households(fleet, mails, "10.00")
        floor, times = bare_latency(broker, 300), []
        for person, category in tippable:
            before = len(mails.journalled())
            person.spend("11.00", category_id=category)
            answered = time.time()
            eventually(lambda before=before: len(mails.journalled()) > before)
            times.append((mails.journalled()[-1]["time"] - answered) * 1000)
            time.sleep(0.05)
        floor += bare_latency(broker, 300)
        times.sort()
    middle = statistics.median(floor)
    table.add("alert over RabbitMQ: 201 to accepted by the provider, p50", statistics.median(times), "ms", floor=middle)
    table.add("  p99, beside the same p50 of bare pika", times[int(len(times) * 0.99) - 1], "ms", floor=middle, aim="20 x")


def event_rate(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """Events through relays, broker, budgets and notifier until all is told; the floor confirms and consumes one by one."""
    with apart(folder) as (fleet, broker, mails):
        tippable = households(fleet, mails, "50.00")
        published, rates, floors = [], [], []
        for turn in range(3):
            floors.append(bare_rate(broker, BARE))
            through, handled_rate = _worked_off(fleet, broker, tippable, amount="51.00" if turn == 0 else "1.00")
            published.append(through)
            rates.append(handled_rate)
        print(f"{len(mails.journalled())} mails", file=sys.stderr)
    table.add_rounds("events a second through relays and broker, told and handled", published, "/s", floors, aim="0.25 x")
    table.add_rounds("  of which budgets and notifier handle", rates, "/s", floors)


def _worked_off(fleet: Fleet, broker: Broker, tippable: list[tuple[Person, str]], *, amount: str) -> tuple[float, float]:
    """Let expenses pile up in the outbox while the broker takes nothing, then measure until everybody has handled everything.

    Return events a second that came through the exchange, and those that a service handled.
    """
    settled(fleet)
    before, through = handled(fleet), [0]
    watching = RabbitBus("bench", BrokerAddress(url=broker.url()), metrics=Metrics(), known={})

    def count(_event: Event) -> None:
        through[0] += 1

    watching.listen(count)
    broker.control("set_vm_memory_high_watermark", "0")
    time.sleep(1)
    for number in range(EXPENSES):
        person, category = tippable[number % len(tippable)]
        person.spend(amount, category_id=category)
    broker.control("set_vm_memory_high_watermark", "0.6")
    started = time.perf_counter()
    last, moment = before, started
    while time.perf_counter() - moment < 3:
        now = handled(fleet)
        if now > last:
            last, moment = now, time.perf_counter()
        time.sleep(0.05)
    watching.stop()
    return through[0] / (moment - started), (last - before) / (moment - started)


ALL: dict[str, Callable[..., None]] = {"broker-latency": alert_latency, "broker-rate": event_rate}
