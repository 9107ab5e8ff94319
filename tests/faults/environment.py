"""Everything that a run needs: broker, mail server, fleet, the proxies between them, and a disk that can be filled."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from faults.evidence import Accepted, DeadEvent
from testing.servers.broker import Broker
from testing.servers.disk import Disk, EndlessDisk
from testing.servers.fleet import SERVICES, Fleet
from testing.servers.mailprocess import MailProcess
from testing.servers.proxy import Board
from testing.servers.wrong_clock import WrongClocks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType


@dataclass(frozen=True)
class Options:
    """How large the environment is."""

    folder: Path
    replicas: int = 1
    small_disk: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the processes are told besides."""


class Environment:
    """Everything, started; a context manager."""

    vhost = "/"

    def __init__(self, options: Options) -> None:
        """Start nothing yet."""
        self.options, folder = options, options.folder
        self._stack = ExitStack()
        self._seen: list[Accepted] = []
        self._read = 0
        self._reading = threading.Lock()
        self.skewed_until = 0.0
        self.broker = Broker(folder / "broker")
        self.clocks = WrongClocks(folder / "clocks")
        self.mails = MailProcess(folder / "mails")
        self.disk: Disk
        self.fleet: Fleet

    def __enter__(self) -> Environment:
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> None:
        starting = threading.Thread(target=self.broker.start)
        starting.start()
        stack.callback(self.broker.close)
        self.mails.start()
        stack.callback(self.mails.stop)
        self.disk = Disk(self.options.folder / "stores") if self.options.small_disk else EndlessDisk(self.options.folder / "stores")
        stack.callback(self.disk.close)
        self.board = stack.enter_context(Board())
        self.to_broker = self.board.proxy([("127.0.0.1", self.broker.port)])
        self.to_mails = self.board.proxy([("127.0.0.1", self.mails.port)])
        self.fleet = Fleet(
            self.disk.folder, self.board, replicas=self.options.replicas, environ=self._environ(), clocks=self.clocks
        )
        starting.join()
        stack.callback(self.fleet.stop)
        self.fleet.start()
        self.mails.order("hook", url=f"{self.fleet.url}/api/v1/hooks/sendgrid", automatic=True)

    def _environ(self) -> dict[str, str]:
        return {
            "OUTLAY_DATA_KEY": secrets.token_hex(32),
            "OUTLAY_BUS": self.broker.url().replace(f"127.0.0.1:{self.broker.port}", self.to_broker.address),
            "NOTIFIER_MAIL": f"sendgrid:http://{self.to_mails.address}",
            "SENDGRID_API_KEY": self.mails.key,
            "SENDGRID_HOOK_KEY": self.mails.look("hook")["public_key"],
            "NOTIFIER_FROM": "Outlay <outlay@outlay.example>",
            **self.options.settings,
        }

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    @property
    def skewed(self) -> bool:
        """Whether the clock of some process is wrong, or was a moment ago."""
        return time.monotonic() < self.skewed_until

    def accepted(self) -> list[Accepted]:
        """Return the mails that the provider has accepted so far."""
        with self._reading, self.mails.journal.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                self._seen.append(_accepted(json.loads(line)))
            return list(self._seen)

    def queues(self) -> dict[str, int]:
        """Return the depth of each queue that has a name of its own."""
        return self.broker.queues(self.vhost)

    def dead(self) -> list[DeadEvent]:
        """Return the dead letters, as the services' own command lists them."""
        dead = {name.partition(".")[0] for name, count in self.queues().items() if name.endswith(".dead") and count}
        return [letter for service in SERVICES if service in dead for letter in self._dead_of(service)]

    def _dead_of(self, service: str) -> list[DeadEvent]:
        environ = self.fleet.matching(service, "work")[0].environ
        command = [sys.executable, "-m", service, "events", "dead", "--json"]
        done = subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=60)
        letters = [json.loads(line) for line in done.stdout.splitlines()]
        return [DeadEvent(letter["queue"], letter["type"], letter["reason"]) for letter in letters]

    def outboxes_empty(self) -> bool:
        """Return whether no event waits in any store."""
        return all(self._outbox(service) == 0 for service in SERVICES)

    def _outbox(self, service: str) -> int:
        query = "SELECT count(*) FROM outbox"
        if service == "auth":
            query = "SELECT count(*) FROM document WHERE pending_since IS NOT NULL"
        elif service == "notifier":
            query += " UNION ALL SELECT count(*) FROM mail WHERE state = 'pending'"
        with closing(sqlite3.connect(self.disk.folder / f"{service}.db", timeout=30)) as connection:
            return sum(row[0] for row in connection.execute(query))


def _accepted(entry: dict[str, object]) -> Accepted:
    return Accepted(str(entry["mail_id"]), str(entry["user_id"]), float(str(entry["time"])), str(entry["subject"]))
