"""The embedded bus of one process: queues in an SQLite file, one thread per queue, listeners called directly."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chassis.messaging.bus import DeadLetter, Handler, Queue, Settings
from chassis.messaging.delivery import GATHER_SECONDS, MOST_TOGETHER, Delivery, Message, Outcome, Settled, erased_user_in, is_about
from chassis.runtime.clock import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from chassis.messaging.events import Event
    from chassis.runtime.metrics import Metrics

log = logging.getLogger("outlay.bus")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_at REAL NOT NULL DEFAULT 0, died_at TEXT, reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS message_once ON message (queue, event_id);
CREATE INDEX IF NOT EXISTS message_due ON message (queue, due_at, id) WHERE died_at IS NULL;
"""
_IDLE_SECONDS = 5.0
# Another process may have put dead letters back, which does not wake up this one.


class EmbeddedBus:
    """Durable queues in a file. A message is deleted after its handler returned, so it is redelivered after a crash."""

    def __init__(
        self,
        path: Path,
        queues: Sequence[Queue],
        *,
        metrics: Metrics,
        settings: Settings | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the file. The queues must be the same at each start, since messages wait in them for their handlers."""
        self._path, self._queues, self._metrics, self._now = path, tuple(queues), metrics, wall_clock
        self._delays = (settings or Settings()).delays
        self._listeners: list[Handler] = []
        self._wake = {queue.name: threading.Event() for queue in queues}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._writing = threading.Lock()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        with self._connection() as connection:
            connection.executescript(_SCHEMA)

    def publish(self, events: Sequence[Event]) -> None:
        """Put each event into the queues of its type in one transaction, then call the listeners."""
        rows = [
            (queue.name, event.id, event.type, event.to_json())
            for event in events
            for queue in self._queues
            if event.type in queue.types
        ]
        if rows:
            with self._transaction() as connection:
                # A relay that crashed before it marked an event as sent publishes it again.
                connection.executemany("INSERT OR IGNORE INTO message (queue, event_id, type, body) VALUES (?, ?, ?, ?)", rows)
            for name in {row[0] for row in rows}:
                self._wake[name].set()
        for event in events:
            for listener in tuple(self._listeners):
                with suppress(Exception):  # a listener's failure must not affect others
                    listener(event)

    def listen(self, listener: Handler) -> Callable[[], None]:
        """Call `listener` with each event that is published from now on."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def start(self) -> None:
        """Start a thread for each queue."""
        self._stopping.clear()
        self._threads = [
            threading.Thread(target=self._work, args=(queue,), name=f"bus:{queue.name}", daemon=True) for queue in self._queues
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each thread finish its message."""
        self._stopping.set()
        for event in self._wake.values():
            event.set()
        for thread in self._threads:
            thread.join()
        self._threads = []
        self.close()

    def close(self) -> None:
        """Close all connections; later calls open new ones."""
        while self._opened:
            self._opened.pop().close()
        self._local = threading.local()

    def dead(self) -> list[DeadLetter]:
        """List the dead letters, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, queue, event_id, type, attempts, reason, died_at, body FROM message"
                " WHERE died_at IS NOT NULL ORDER BY id"
            ).fetchall()
        return [DeadLetter(str(row[0]), *row[1:]) for row in rows]

    def replay(self, ids: Sequence[str] | None = None) -> int:
        """Put dead letters back, with all their attempts."""
        count = self._change_dead("UPDATE message SET died_at = NULL, attempts = 0, due_at = 0, reason = ''", ids)
        for event in self._wake.values():
            event.set()
        return count

    def purge(self, ids: Sequence[str] | None = None) -> int:
        """Delete dead letters."""
        return self._change_dead("DELETE FROM message", ids)

    def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of messages by (queue, state), including queues without a handler: waiting, dead."""
        with self._connection() as connection:
            rows = connection.execute("SELECT queue, died_at IS NOT NULL, COUNT(*) FROM message GROUP BY 1, 2").fetchall()
        return {(queue, "dead" if died else "waiting"): count for queue, died, count in rows}

    def measure(self) -> None:
        """Update the gauges of waiting and dead messages."""
        counts = self.counts()
        for queue in self._queues:
            for state in ("waiting", "dead"):
                self._metrics.queue_depth.labels(queue.name, state).set(counts.get((queue.name, state), 0))

    def _change_dead(self, statement: str, ids: Sequence[str] | None) -> int:
        with self._transaction() as connection:
            if ids is None:
                return connection.execute(f"{statement} WHERE died_at IS NOT NULL").rowcount
            return sum(
                connection.execute(f"{statement} WHERE died_at IS NOT NULL AND id = ?", (number,)).rowcount for number in ids
            )

    def _work(self, queue: Queue) -> None:
        wake = self._wake[queue.name]
        while not self._stopping.is_set():
            wake.clear()
            try:
                wait = self._drain(queue)
            except Exception as error:  # such as a full disk: the messages are still stored, and this thread must go on
                log.exception("bus storage fails", extra={"queue": queue.name, "reason": str(error)})
                wait = 1.0
            wake.wait(wait)

    def _drain(self, queue: Queue) -> float:
        """Handle all due messages; return the seconds until the next one is due."""
        delivery = Delivery(queue, most_attempts=len(self._delays) + 1, metrics=self._metrics)
        while not self._stopping.is_set():
            now = self._now()
            with self._connection() as connection:
                batch = connection.execute(
                    "SELECT id, body, attempts FROM message WHERE queue = ? AND died_at IS NULL AND due_at <= ?"
                    " ORDER BY due_at, id LIMIT ?",
                    (queue.name, now, MOST_TOGETHER),
                ).fetchall()
            if batch:
                settled = self._attempts(delivery, queue, batch)
                if queue.transaction is not None and len(batch) < MOST_TOGETHER:
                    # Before the messages are deleted, so that what follows from them is published first.
                    self._stopping.wait(GATHER_SECONDS)
                self._settle(settled)
            if len(batch) < MOST_TOGETHER:  # whoever publishes more wakes this thread up
                return self._until_next(queue, now)
        return 0

    def _attempts(self, delivery: Delivery, queue: Queue, batch: list[tuple[int, str, int]]) -> list[tuple[int, int, Settled]]:
        settled = []
        messages = [Message(body, attempts + 1) for _number, body, attempts in batch]
        outcomes = delivery.attempt_all(messages, stopping=self._stopping.is_set)
        for (number, body, attempts), outcome in zip(batch, outcomes, strict=False):
            if outcome.outcome is Outcome.HANDLED and (user_id := erased_user_in(queue, body)):
                self._forget(queue.name.partition(".")[0], user_id, besides=number)
            settled.append((number, attempts + 1, outcome))
        return settled

    def _forget(self, service: str, user_id: str, *, besides: int) -> None:
        """Delete what waits or was given up about somebody who left; a message in hand is no harm, it finds nobody."""
        named = "SELECT id, body FROM message WHERE queue LIKE ? AND id <> ? AND instr(body, ?) > 0"
        with self._transaction() as connection:
            rows = connection.execute(named, (f"{service}.%", besides, user_id))
            gone = [(number,) for number, body in rows if is_about(body, user_id)]
            connection.executemany("DELETE FROM message WHERE id = ?", gone)

    def _settle(self, results: list[tuple[int, int, Settled]]) -> None:
        with self._transaction() as connection:
            for number, attempts, settled in results:
                if settled.outcome is Outcome.HANDLED:
                    connection.execute("DELETE FROM message WHERE id = ?", (number,))
                elif settled.outcome is Outcome.RETRIED:
                    connection.execute(
                        "UPDATE message SET attempts = ?, due_at = ?, reason = ? WHERE id = ?",
                        (attempts, self._now() + self._delays[min(attempts, len(self._delays)) - 1], settled.reason, number),
                    )
                else:
                    connection.execute(
                        "UPDATE message SET attempts = ?, died_at = ?, reason = ? WHERE id = ?",
                        (attempts, to_wire(datetime.now(UTC)), settled.reason, number),
                    )

    def _until_next(self, queue: Queue, now: float) -> float:
        with self._connection() as connection:
            due = connection.execute(
                "SELECT MIN(due_at) FROM message WHERE queue = ? AND died_at IS NULL", (queue.name,)
            ).fetchone()[0]
        return _IDLE_SECONDS if due is None else min(max(due - now, 0.01), _IDLE_SECONDS)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()  # which does nothing if SQLite has rolled back itself, as it may when the disk is full
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """One connection for each thread, kept for its life."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # Each thread uses its own; only the closing is done by another, after they have ended.
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=10, check_same_thread=False)
            self._opened.append(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what was delivered is nowhere in the file any more
            self._local.connection = connection
        yield connection
