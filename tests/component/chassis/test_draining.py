"""After SIGTERM a process reports that it is draining, still answers, finishes requests in progress, and ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAM = """
import asyncio, sys
from chassis.web.server import serve

async def app(scope, receive, send):
    if scope["path"] == "/slow":
        print("in hand", flush=True)
        await asyncio.sleep(0.8)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})

serve(app, host="127.0.0.1", port=0, on_ready=lambda port: print(port, flush=True), drain_seconds=float(sys.argv[1]))
"""


class Leaver:
    """A process that serves."""

    def __init__(self, drain_seconds: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(drain_seconds)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.lines = self.process.stdout
        self.port = int(self.lines.readline())

    def ask(self, path: str, on: HTTPConnection | None = None) -> tuple[int, str | None, bytes]:
        connection = on or HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers["connection"], answer.read()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@pytest.fixture(params=[2.0])
def leaver(request: pytest.FixtureRequest) -> Iterator[Leaver]:
    made = Leaver(request.param)
    yield made
    made.process.kill()
    made.process.wait(60)
    made.lines.close()


def test_a_draining_server_answers_once_more_on_each_connection(leaver: Leaver) -> None:
    kept = HTTPConnection("127.0.0.1", leaver.port, timeout=60)
    assert leaver.ask("/", on=kept) == (200, None, b"ok")
    leaver.process.send_signal(signal.SIGTERM)
    eventually(lambda: leaver.ask("/readyz")[0] == 503)
    assert json.loads(leaver.ask("/readyz")[2]) == {"status": "leaving"}
    assert leaver.ask("/", on=kept) == (200, "close", b"ok")
    assert kept.sock is None, "the connection that was kept is closed after its answer"
    assert leaver.ask("/") == (200, "close", b"ok"), "who has not heard of it yet is answered"
    assert leaver.process.wait(60) == 0
    with pytest.raises(ConnectionRefusedError):
        leaver.ask("/")


@pytest.mark.parametrize("leaver", [0.0], indirect=True)
def test_a_request_in_progress_is_finished(leaver: Leaver) -> None:
    answers: list[tuple[int, str | None, bytes]] = []
    asking = threading.Thread(target=lambda: answers.append(leaver.ask("/slow")))
    asking.start()
    assert leaver.lines.readline() == "in hand\n"
    assert leaver.end() == 0
    asking.join()
    assert answers == [(200, "close", b"ok")]


@pytest.mark.parametrize("leaver", [30.0], indirect=True)
def test_a_second_signal_ends_the_draining(leaver: Leaver) -> None:
    leaver.process.send_signal(signal.SIGTERM)
    eventually(lambda: leaver.ask("/readyz")[0] == 503)
    began = time.monotonic()
    assert leaver.end() == 0
    assert time.monotonic() - began < 5
