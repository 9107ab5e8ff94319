"""Everything that a rolling restart needs: broker, mail server, cluster, and people who use it meanwhile."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from faults.client import App, GivenUpError
from faults.environment import Environment, Options
from faults.fault_runner import FaultRunner
from faults.load import Load
from rolling.browser import Browser, Tally
from rolling.clients import Clients
from rolling.cluster import Cluster
from rolling.event_listener import Page
from testing.servers.disk import EndlessDisk
from testing.servers.mailprocess import MailProcess
from testing.servers.proxy import Board

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from faults.evidence import Evidence
    from faults.journal import Journal
    from rolling.figures import Numbers
    from testing.servers.broker import Broker

_PATIENCE_SECONDS = 30.0
_SETTLE_SECONDS = 60.0


class RollingEnvironment(Environment):
    """The environment of the faults, with a cluster instead of the fleet, and a shared broker."""

    fleet: Cluster  # type: ignore[assignment]

    def __init__(self, folder: Path, broker: Broker, numbers: Numbers, *, replicas: int, expanding: bool = True) -> None:
        """Start nothing yet. `broker` runs; this takes a virtual host of it. The newer version's migrations are `expanding` ones."""
        self.options = Options(folder, replicas=replicas, small_disk=False)
        self._stack = ExitStack()
        self._seen, self._read, self._reading = [], 0, threading.Lock()
        self.skewed_until = 0.0
        self.broker, self._numbers, self.expanding = broker, numbers, expanding
        self.vhost = secrets.token_hex(8)
        self.mails = MailProcess(folder / "mails")
        self.secrets = folder / "secrets"

    def _start(self, stack: ExitStack) -> None:
        self.mails.start()
        stack.callback(self.mails.stop)
        self.disk = EndlessDisk(self.options.folder / "stores")
        self.secrets.mkdir(parents=True)
        self.tell("OUTLAY_DATA_KEY", secrets.token_hex(32))
        self.tell("OUTLAY_BUS", self.broker.add_vhost(self.vhost))
        self.tell("SENDGRID_API_KEY", self.mails.key)
        board = stack.enter_context(Board())
        self.fleet = Cluster(self.disk.folder, board, self._numbers, replicas=self.options.replicas, environ=self._environ())
        stack.callback(self.fleet.stop)
        self.fleet.start()
        self.mails.order("hook", url=f"{self.fleet.url}/api/v1/hooks/sendgrid", automatic=True)

    def tell(self, setting: str, value: str) -> None:
        """Change a secret's file, as a changed Secret does: new processes read it."""
        (self.secrets / setting).write_text(value + "\n")

    def told(self, setting: str) -> str:
        """Return the content of a secret's file."""
        return (self.secrets / setting).read_text().strip()

    def _environ(self) -> dict[str, str]:
        return {
            **{f"{path.name}_FILE": str(path) for path in self.secrets.iterdir()},
            "OUTLAY_LEAVE_SECONDS": str(self._numbers.leave),
            "NOTIFIER_MAIL": f"sendgrid:{self.mails.url}",
            "SENDGRID_HOOK_KEY": self.mails.look("hook")["public_key"],
            "NOTIFIER_FROM": "Outlay <outlay@outlay.example>",
        }


class Crowd:
    """Everybody who uses the suite: scenarios of budgets, clients, open pages."""

    def __init__(self, environment: RollingEnvironment, *, threads: int, clients: int, pause: float) -> None:
        """Sign people up and start; there is a scenario about every `pause` seconds."""
        self.tally = Tally()
        self._conductor = FaultRunner(environment, crossings=0, seed=1, patience=_PATIENCE_SECONDS)
        self._load = Load(
            environment.fleet.url,
            self.journal,
            inbox=environment.mails,
            seed=1,
            threads=threads,
            patience=_PATIENCE_SECONDS,
            transport=lambda: Browser(self.tally),
        )
        self._load.start(crossings=80)
        self.pages = [Page(environment.fleet.url, app) for app in self._load.people]
        self._visitors = Clients(self._app(environment.fleet.url), self.tally, count=clients, pause=pause).start()
        self._pause = pause
        self._over = threading.Event()
        self._feeder = threading.Thread(target=self._feed, name="feeder")
        self._feeder.start()

    def _app(self, url: str) -> Callable[[], App]:
        return lambda: App(url, self.journal, patience=_PATIENCE_SECONDS, transport=Browser(self.tally))

    @property
    def journal(self) -> Journal:
        """What was acknowledged."""
        return self._conductor.journal

    def _feed(self) -> None:
        while not self._over.wait(self._pause):
            if self._load.waiting < 2:
                self._load.plan(1, fault=-1)

    def finish(self) -> Evidence:
        """Let everybody finish; return the evidence when all has settled."""
        self._over.set()
        self._feeder.join()
        self._visitors.finish()
        self._load.finish()
        self._conductor.settle(_SETTLE_SECONDS)
        self._settle_pages()
        return self._conductor.gather(self._load)

    def _settle_pages(self) -> None:
        deadline = time.monotonic() + 5
        while self.missed() and time.monotonic() < deadline:
            time.sleep(0.2)
        for page in self.pages:
            page.close()

    def missed(self) -> int:
        """Return how many alerts an open page never showed."""
        with suppress(GivenUpError):
            return sum(len(page.missed()) for page in self.pages)
        return -1

    def close(self) -> None:
        """Close everybody's connections; pages end with the gateways at the latest."""
        self._over.set()
        self._load.close()
        for page in self.pages:
            page.close()

    def wait_closed(self) -> None:
        """Wait for the pages, when the environment is gone."""
        for page in self.pages:
            page.join(60)
