"""A notifier on files of its own, with clocks that a test moves."""

from __future__ import annotations

import email
import email.policy
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.messaging.events import Event
from chassis.runtime.clock import to_wire
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from notifier.app import build
from notifier.delivery.mailers.choice import mailer_from
from notifier.delivery.model import Message, ProviderStatus
from notifier.settings import NotifierSettings
from support.asgi import call
from support.notifier_events import ADDRESS, ENCRYPTOR, NOON, USER, an_event, encrypted_address
from testing.servers.stores import a_migrated

_open: list[RunningNotifier] = []


class ScriptedMailer:
    """A mailer with one scripted outcome for each attempt; None means acceptance."""

    def __init__(
        self, *outcomes: Exception | None, status: ProviderStatus | Exception = ProviderStatus.UNKNOWN, reports: bool = False
    ) -> None:
        self.outcomes = list(outcomes)
        self.answer, self.reports = status, reports
        self.asked = 0
        self.sent: list[Message] = []
        self.attempts = 0
        self.forgotten: list[str] = []

    def send(self, message: Message) -> None:
        self.attempts += 1
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        self.sent.append(message)

    def status_of(self, mail_id: str) -> ProviderStatus:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def forget(self, mail_ids: Any) -> None:
        self.forgotten += mail_ids


@dataclass
class RunningNotifier:
    """The service in one folder; a second one on the same folder is another process."""

    folder: Path
    mailer: Any = None
    owner: str = "home"
    now: datetime = NOON
    ms: int = 1_000_000
    stepped: int = 0
    """Milliseconds by which the machine's clock was put forward; less than 0 for back."""
    dawdles: int = 0
    """Milliseconds that go by at each look at the clock."""
    before_the_time: Callable[[], object] | None = None
    """What happens at the next look at the clock."""
    hook_key: str = ""
    encryptor: Encryptor = ENCRYPTOR
    woken: int = 0
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.began = self.now
        self.folder.mkdir(exist_ok=True)
        settings = NotifierSettings(
            database=a_migrated("notifier", self.folder / "notifier.db"),
            mail=f"file:{self.folder}/mail",
            url="https://outlay.example",
            hook_key=self.hook_key,
        )
        self.mailer = self.mailer or mailer_from(settings, lambda: self.now)
        parts = build(
            settings,
            verify=self._claims,
            encryptor=self.encryptor,
            metrics=self.metrics,
            clock=self._clock,
            ids=uuid7,
            wake=self._wake,
            relay_owner=self.owner,
            mailer=self.mailer,
            machine_ms=lambda: self.ms + self.stepped,
            elapsed=lambda: self.ms / 1000,
            validate_responses=True,
            quiet=True,
        )
        self.service, self.sender = parts, parts.workers[0]
        _open.append(self)
        self.service.migrate()

    def _clock(self) -> datetime:
        happens, self.before_the_time = self.before_the_time, None
        if happens is not None:
            happens()
        self.ms += self.dawdles
        return self.now

    def _wake(self) -> None:
        self.woken += 1

    def _claims(self, token: str) -> dict[str, Any]:
        user_id, _space, scopes = token.partition(",")
        return Caller(user_id, "s", "session", frozenset((scopes or "read write").split()), "USD", "UTC", "en-US").claims()

    def handle(self, event: Event) -> Event:
        """Deliver an event as the bus would."""
        self.service.queues[0].handler(event)
        return event

    def tell(self, kind: str, **facts: Any) -> Event:
        """Make an event that happens now and deliver it."""
        return self.handle(replace(an_event(kind, **facts), time=to_wire(self.now)))

    def knows(self, user_id: str = USER, **facts: Any) -> RunningNotifier:
        """Register a person with a verified address."""
        known = {"user_id": user_id, "email": encrypted_address(ADDRESS, user_id), "email_verified": True}
        self.tell("user.registered", **{**known, **facts})
        return self

    def hears(self, version: int, **facts: Any) -> RunningNotifier:
        """Change a person with a verified address."""
        known = {"user_id": USER, "email": encrypted_address(ADDRESS), "email_verified": True}
        self.tell("user.changed", version=version, **{**known, **facts})
        return self

    def call(self, method: str, path: str, *, user: str = USER, **options: Any) -> Any:
        """Ask the API."""
        return call(
            self.service.web, method, path, headers={"Authorization": f"Bearer {user}", **options.pop("headers", {})}, **options
        )

    def alerts(self, user: str = USER, **params: Any) -> list[dict[str, Any]]:
        """Return a person's alerts as the API lists them."""
        return list(self.call("GET", "/alerts", user=user, params=params).json()["items"])

    def wants(self, **kinds: tuple[bool, bool]) -> None:
        """Set preferences as (app, mail) of `exceeded`, `near` and `imported`."""
        chosen = {"exceeded": (True, True), "near": (True, False), "imported": (True, True), **kinds}
        names = {"exceeded": "budget.exceeded", "near": "budget.near", "imported": "import.completed"}
        version = self.call("GET", "/alerts/preferences").json()["version"]
        body = {"kinds": {names[kind]: {"app": app, "mail": mail} for kind, (app, mail) in chosen.items()}}
        answer = self.call("PUT", "/alerts/preferences", json=body, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text

    def run(self, statement: str) -> None:
        """Change the store directly."""
        with closing(sqlite3.connect(self.folder / "notifier.db")) as connection, connection:
            assert connection.execute(statement).rowcount > 0

    def mails(self) -> list[Any]:
        """Return the emails in the folder."""
        files = sorted((self.folder / "mail").glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def announced(self) -> list[Event]:
        """Return the events that wait in the outbox."""
        return self.service.outbox.claim(1000)


def notifier_with_outcomes(tmp_path: Path, *outcomes: Exception | None) -> RunningNotifier:
    """Return a notifier with one recipient and a mailer with these outcomes."""
    return RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer(*outcomes)).knows()


def close_all() -> None:
    """Close the stores of all notifiers."""
    while _open:
        _open.pop().service.close()
