"""An open browser: hears what its person is told while it happens."""

from __future__ import annotations

import json
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from testing.clients.client import Person


class Watcher(threading.Thread):
    """Listens to a person's event stream."""

    def __init__(self, person: Person) -> None:
        """Open the stream; what is told from now on is heard."""
        super().__init__(daemon=True)
        self._person, self.events, self.open = person, queue.Queue[tuple[str, dict[str, Any], float]](), threading.Event()
        self.start()
        assert self.open.wait(60)

    def run(self) -> None:
        """Listen until the stream ends."""
        with httpx.stream("GET", f"{self._person.base_url}events", cookies=self._person.cookies, timeout=60) as answer:
            kind = ""
            for line in answer.iter_lines():
                self.open.set()
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    self.events.put((kind, json.loads(line.removeprefix("data: ")), time.monotonic()))

    def wait_for(self, kind: str) -> tuple[dict[str, Any], float]:
        """Return the data of the next event of a kind, and when it was heard."""
        while True:
            found, data, at = self.events.get(timeout=60)
            if found == kind:
                return data, at
