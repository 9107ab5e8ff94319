"""`python tests/load/tracing.py`: CPU time of a request at the wrapped and of handling an event, with traces off and on.

Each round runs every mode in a process of its own, so that nothing is left of the one before; figures are the best of the rounds,
since whatever else the machine does can only add to them.
The time of the thread that sends the spans is in them; the collector runs in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from chassis.messaging.bus import Queue
from chassis.messaging.delivery import Delivery, Message
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.middleware.stack import with_middleware

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 6
_TIMES = 10_000
_MODES = ("off", "none chosen", "on", "on, collector away")
_SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/api/v1/expenses",
    "query_string": b"",
    "client": ("127.0.0.1", 1),
    "headers": [(b"host", b"outlay"), (b"content-type", b"application/json"), (b"content-length", b"2")],
}


def main() -> int:
    """Measure all modes in turns and print a table."""
    figures: dict[str, list[tuple[float, float]]] = {mode: [] for mode in _MODES}
    with _collector() as address:
        for _ in range(_ROUNDS):
            for mode, results in figures.items():
                run = subprocess.run([sys.executable, __file__, mode, address], check=True, capture_output=True, text=True)
                wrapped, event = json.loads(run.stdout)
                results.append((wrapped, event))
    print("| traces | a request at the wrapped | an event handled |\n|---|---|---|")
    for mode, results in figures.items():
        wrapped, event = (min(column) for column in zip(*results, strict=True))
        print(f"| {mode} | {wrapped:.1f} µs | {event:.1f} µs |")
    return 0


@contextmanager
def _collector() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, __file__, "collector"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def _serve_as_collector() -> None:
    from testing.servers.collector import Collector

    with Collector() as collector:
        print(collector.url, flush=True)
        while True:
            time.sleep(1)
            collector.spans.clear()


def _measure(mode: str, address: str) -> tuple[float, float]:
    metrics = _metrics(mode, address)
    figures = _edge(metrics), _events(metrics)
    metrics.spans.close()
    return figures


def _metrics(mode: str, address: str) -> Metrics:
    if mode == "off":
        return Metrics()
    from chassis.runtime.otlp import OtlpSpans

    logging.disable()
    where = "http://127.0.0.1:9" if "away" in mode else address
    return Metrics(spans=OtlpSpans(where, ratio=0.0 if mode == "none chosen" else 1.0))


def _edge(metrics: Metrics) -> float:
    """Return microseconds of CPU for a request through an wrapped with nothing behind it."""

    async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(_message: Any) -> None:
        pass

    wrapped = with_middleware(nothing, service="expenses", metrics=metrics, health=Health(metrics, {}), quiet=True)

    async def some(count: int) -> float:
        begun = time.process_time()
        for _ in range(count):
            await wrapped(_SCOPE, receive, send)
        return (time.process_time() - begun) / count * 1e6

    asyncio.run(some(500))
    return asyncio.run(some(_TIMES))


def _events(metrics: Metrics) -> float:
    """Return microseconds of CPU for an event that is read, checked and handed to a handler which does nothing."""
    schema = Path(__file__).parents[2] / "contracts" / "events" / "expense.recorded.json"
    body = json.loads(schema.read_text("utf-8"))["examples"][0]
    if metrics.spans.chooses("0" * 31 + "1"):
        body["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    text = json.dumps(body)
    queue = Queue("budgets.spending", ("expense.recorded",), lambda _event: None)
    delivery = Delivery(queue, most_attempts=5, metrics=metrics)

    def some(count: int) -> float:
        begun = time.process_time()
        for _ in range(count):
            delivery.attempt(Message(text, 1))
        return (time.process_time() - begun) / count * 1e6

    some(500)
    return some(_TIMES)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    if sys.argv[1] == "collector":
        _serve_as_collector()
    print(json.dumps(_measure(*sys.argv[1:])))
