"""What the suite costs on a real broker, beside bare pika on the same broker in the same run."""

from __future__ import annotations

import secrets
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pika

from load.table import Table
from support.broker import Broker
from support.client import Person, eventually
from support.fleet import Fleet
from support.mailprocess import MailProcess
from support.proxy import Board, Mode, Proxy

CROSSINGS = 150
BARE = 2_000
EXPENSES = 1_000
_BODY = b"x" * 900
_QUORUM = {"x-queue-type": "quorum"}
_PERSISTENT = pika.BasicProperties(delivery_mode=2)


@contextmanager
def apart(folder: Path) -> Iterator[tuple[Fleet, Broker, Proxy, MailProcess]]:
    """The suite as one process of each kind, a broker behind a proxy that adds next to nothing, and the provider."""
    broker = Broker(folder / "broker").start()
    try:
        with Board() as board, MailProcess(folder / "mails") as mails:
            between = board.proxy([("127.0.0.1", broker.port)])
            environ = {
                "OUTLAY_DATA_KEY": secrets.token_hex(32), "NOTIFIER_MAIL": f"sendgrid:{mails.url}", "SENDGRID_API_KEY": mails.key,
                "NOTIFIER_FROM": "Outlay <outlay@outlay.example>", "OUTLAY_LOG_LEVEL": "warning",
                "OUTLAY_BUS": broker.url(),
            }  # fmt: skip
            fleet = Fleet(folder / "data", board, replicas=1, environ=environ).start()
            # The relay of what people commit is in `serve`; one that is cut off lets events pile up.
            try:
                yield fleet, broker, between, mails
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


def handled(fleet: Fleet) -> dict[str, float]:
    """Return how many events each queue has handled."""
    counts: dict[str, float] = {}
    for member in fleet.matching(role="work"):
        for line in httpx.get(f"http://127.0.0.1:{member.port}/metrics").text.splitlines():
            if line.startswith("outlay_events_total") and 'outcome="handled"' in line:
                queue = line.split('queue="')[1].split('"')[0]
                counts[queue] = counts.get(queue, 0) + float(line.rsplit(" ", 1)[1])
    return counts


def settled(fleet: Fleet, *, seconds: float = 120) -> None:
    """Wait until nothing more is handled."""
    seen = -1.0

    def still() -> bool:
        nonlocal seen
        before, seen = seen, sum(handled(fleet).values())
        return before == seen

    time.sleep(0.3)
    eventually(lambda: time.sleep(0.5) or still(), seconds=seconds)


def alert_latency(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """From the 201 of the expense that tips a budget to the provider's accept; the floor is one publish-to-consume."""
    with apart(folder) as (fleet, broker, _between, mails):
        person = Person(fleet.url)
        categories = [person.made("categories", name=f"Category {n}")["id"] for n in range(CROSSINGS)]
        for number, category in enumerate(categories):
            person.budget("10.00", name=f"Budget {number}", category_ids=[category])
        settled(fleet)
        floor, times = bare_latency(broker, 300), []
        for category in categories:
            before = len(mails.journalled())
            person.spend("11.00", category_id=category)
            answered = time.time()
            eventually(lambda before=before: len(mails.journalled()) > before)
            times.append((mails.journalled()[-1]["time"] - answered) * 1000)
            time.sleep(0.05)
        floor = sorted(floor + bare_latency(broker, 300))
        times.sort()
    middle = statistics.median(floor)
    table.add("alert over RabbitMQ: 201 to accepted by the provider, p50", statistics.median(times), "ms", floor=middle)
    table.add("  p99, beside the same p50 of bare pika", times[int(len(times) * 0.99) - 1], "ms", floor=middle, aim="20 x")


def event_rate(folder: Path, table: Table, *, sizes: tuple[int, ...]) -> None:
    """Events through relays, broker, budgets and notifier until all is told; the floor confirms and consumes one by one."""
    with apart(folder) as (fleet, broker, _between, mails):
        person = Person(fleet.url)
        categories = [person.made("categories", name=f"Category {n}")["id"] for n in range(100)]
        for number, category in enumerate(categories):
            person.budget("100.00", name=f"Budget {number}", category_ids=[category])
        settled(fleet)
        rates, floors = [], []
        for turn in range(3):
            floors.append(bare_rate(broker, BARE))
            rates.append(_worked_off(fleet, broker, person, categories, amount="11.00" if turn == 0 else "1.00"))
        print(f"floors {floors}, rates {rates}, mails {len(mails.journalled())}", file=sys.stderr)
    table.add_rounds("events a second through relay, broker, budgets, notifier", rates, "/s", floors, aim="0.25 x")


def _worked_off(fleet: Fleet, broker: Broker, person: Person, categories: list[str], *, amount: str) -> float:
    """Let expenses pile up in the outbox while the broker takes nothing, then measure until everybody has handled everything."""
    settled(fleet)
    before = sum(handled(fleet).values())
    broker.control("set_vm_memory_high_watermark", "0")
    time.sleep(1)
    for number in range(EXPENSES):
        person.spend(amount, category_id=categories[number % len(categories)])
    started = time.perf_counter()
    broker.control("set_vm_memory_high_watermark", "0.6")
    last, moment = before, started
    while time.perf_counter() - moment < 3:
        now = sum(handled(fleet).values())
        if now > last:
            last, moment = now, time.perf_counter()
        time.sleep(0.05)
    return (last - before) / (moment - started)


ALL: dict[str, Callable[..., None]] = {"broker-latency": alert_latency, "broker-rate": event_rate}
