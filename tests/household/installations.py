"""Where the household's data is: at home in one process and folder, or in the suite's processes on production stores."""

from __future__ import annotations

import random
import re
import secrets
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

import httpx

from household.replay import mailed, summaries
from support.household_file import settled
from testing.servers.broker import Broker
from testing.servers.fleet import SERVICES, Fleet
from testing.servers.mailprocess import MailProcess
from testing.servers.process import OutlayProcess
from testing.servers.proxy import Board

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from household.stores import Stores

_WAITING = re.compile(
    r'^outlay_(?:measurements_failing|(?:outbox_oldest_seconds|queue_depth)\{(?![^}]*state="dead")[^}]*\}) (\S+)$', re.MULTILINE
)
_HANDLED = re.compile(r"^outlay_events_total\{[^}]*\} (\S+)$", re.MULTILINE)


class Installation(Protocol):
    """A running Outlay."""

    far: bool
    """Whether events go through a broker, so that the end of a month has to be waited for."""

    @property
    def url(self) -> str:
        """Where people reach it."""

    def settled(self) -> bool:
        """Say whether no event waits anywhere."""

    def mailed(self) -> Counter[str]:
        """Count the mails by kind."""

    def summaries(self) -> list[str]:
        """Return the texts of the mails about imports."""

    def emails_to(self, address: str) -> list[str]:
        """Return the texts of the mails to an address."""

    def kill(self, chance: random.Random) -> str:
        """Kill one of its processes (-9) and start it again; return its name."""


class Deployment(Protocol):
    """Installations of one kind, each with stores of its own."""

    def installation(self, folder: Path, *, clock: Path | None = None) -> AbstractContextManager[Installation]:
        """Run one; `clock` is a file with the time that it takes for the present."""


class HomeDeployment:
    """`outlay run`."""

    def __init__(self, stores: Stores | None = None) -> None:
        """On a folder, or on stores whose servers run already."""
        self._stores = stores

    @contextmanager
    def installation(self, folder: Path, *, clock: Path | None = None) -> Iterator[Installation]:
        """Run one."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {"OUTLAY_CLOCK": f"file:{clock}"} if clock else {}
        with OutlayProcess(folder / "data", **told, **(self._stores.fresh() if self._stores else {})) as process:
            yield _OneProcess(process)


class _OneProcess:
    far = False

    def __init__(self, process: OutlayProcess) -> None:
        self._process = process

    @property
    def url(self) -> str:
        return self._process.url

    def settled(self) -> bool:
        return settled(self._process)

    def mailed(self) -> Counter[str]:
        return mailed(self._process)

    def summaries(self) -> list[str]:
        return summaries(self._process)

    def emails_to(self, address: str) -> list[str]:
        return self._process.emails_to(address)

    def kill(self, chance: random.Random) -> str:
        self._process.kill()
        self._process.start()
        return "outlay"


class SuiteDeployment:
    """Nine processes for each installation, with RabbitMQ, a mail provider, and stores as in production."""

    def __init__(self, broker: Broker, stores: Stores) -> None:
        """The servers run already."""
        self._broker, self._stores = broker, stores

    @contextmanager
    def installation(self, folder: Path, *, clock: Path | None = None) -> Iterator[Installation]:
        """Run one."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {"OUTLAY_CLOCK": f"file:{clock}", "OUTLAY_ENV": "development"} if clock else {}
        vhost = secrets.token_hex(8)
        with ExitStack() as stack:
            board, mails = stack.enter_context(Board()), stack.enter_context(MailProcess(folder / "mails"))
            environ = {
                "OUTLAY_BUS": self._broker.add_vhost(vhost),
                "OUTLAY_DATA_KEY": secrets.token_hex(32),
                "OUTLAY_LOG_LEVEL": "warning",
                "NOTIFIER_MAIL": f"sendgrid:{mails.url}",
                "SENDGRID_API_KEY": mails.key,
                "NOTIFIER_FROM": "Outlay <outlay@outlay.example>",
                "RECEIPTS": f"file:{folder}/receipts",
                **self._stores.fresh(),
                **told,
            }
            fleet = Fleet(folder / "data", board, replicas=1, environ=environ)
            stack.callback(fleet.stop)
            fleet.start()
            yield _ManyProcesses(fleet, mails, lambda: sum(self._broker.queues(vhost).values()))


class _ManyProcesses:
    far = True

    def __init__(self, fleet: Fleet, mails: MailProcess, messages: Callable[[], int]) -> None:
        self._fleet, self._mails, self._messages = fleet, mails, messages
        self._workers = [member for service in SERVICES for member in fleet.matching(service, "work")]

    @property
    def url(self) -> str:
        return self._fleet.url

    def settled(self) -> bool:
        first = self._handled()
        # What is in somebody's hands waits nowhere, and may lead to more.
        return first is not None and self._messages() == 0 and self._handled() == first

    def mailed(self) -> Counter[str]:
        return Counter(kind for entry in self._mails.journalled() for kind in entry["mail"]["categories"] if kind != "outlay")

    def summaries(self) -> list[str]:
        mails = [entry["mail"] for entry in self._mails.journalled()]
        about_imports = [mail for mail in mails if "import_completed" in mail["categories"]]
        return [part["value"] for mail in about_imports for part in mail["content"] if part["type"] == "text/plain"]

    def emails_to(self, address: str) -> list[str]:
        return self._mails.emails_to(address)

    def kill(self, chance: random.Random) -> str:
        name = chance.choice(sorted(self._fleet.members))
        self._fleet.kill(name)
        return name

    def _handled(self) -> float | None:
        """Return how many events have been handled, if none waits."""
        handled = 0.0
        for member in self._workers:
            try:
                page = httpx.get(f"http://127.0.0.1:{member.port}/metrics", timeout=20).text
            except httpx.TransportError:
                return None
            waiting = _WAITING.findall(page)
            if not waiting or any(float(amount) for amount in waiting):
                return None
            handled += sum(map(float, _HANDLED.findall(page)))
        return handled
