"""A client that does not give up: it repeats every write with the same idempotency key until it is acknowledged."""

from __future__ import annotations

import itertools
import random
import time
import uuid
from typing import TYPE_CHECKING, Any

import httpx

from testing.clients.inbox import confirmation_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.journal import Journal
    from testing.clients.inbox import Inbox

PASSWORD = "a long enough passphrase"
_numbers = itertools.count(1)
_ANSWER_SECONDS = 15.0
_LOOK_SECONDS = 0.3


class GivenUpError(Exception):
    """The time was up, or repeating the request would not change its answer."""


class App:
    """One person's session."""

    def __init__(
        self,
        url: str,
        journal: Journal,
        *,
        patience: float,
        skewed: Callable[[], bool] = lambda: False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`patience` is in seconds for each request; `skewed` says whether the clock of some process is wrong now."""
        self._client = httpx.Client(
            base_url=f"{url}/api/v1/", headers={"Sec-Fetch-Site": "same-origin"}, timeout=_ANSWER_SECONDS, transport=transport
        )
        self.journal, self._patience, self._skewed = journal, patience, skewed
        self.email = f"person{next(_numbers)}.{time.time_ns()}@outlay.example"
        self.user_id = ""

    def join(self, fault: int) -> App:
        """Sign up; if the account exists because an answer was lost, sign in."""
        account = {
            "email": self.email,
            "password": PASSWORD,
            "name": "Maria",
            "home_currency": "EUR",
            "time_zone": "UTC",
            "locale": "en-GB",
        }
        answer = self.send("POST", "users", json=account, fine=(201, 409))
        if answer.status_code == 409:
            answer = self.send("POST", "sessions", json={"email": self.email, "password": PASSWORD})
            answer = self.send("GET", "users/me")
        self.user_id = str(answer.json()["id"])
        self.journal.joined(self.user_id, fault)
        return self

    def verify(self, inbox: Inbox) -> App:
        """Follow the link in the verification email."""
        deadline, token = time.monotonic() + self._patience, None
        while (token := confirmation_in(inbox.emails_to(self.email))) is None:
            if time.monotonic() > deadline:
                message = f"no letter to user {self.user_id} in {self._patience:.0f} s"
                self.journal.bug(message)
                raise GivenUpError(message)
            time.sleep(_LOOK_SECONDS)
        # A link that was followed although nobody said so is of no use any more.
        self.send("PUT", f"email-verifications/{token}", fine=(204, 404))
        return self

    def send(self, method: str, path: str, *, fine: tuple[int, ...] = (200, 201, 204), **options: Any) -> httpx.Response:
        """Send until the answer has one of the expected statuses. Raises GivenUpError."""
        deadline, wait, last = time.monotonic() + self._patience, 0.1, ""
        while time.monotonic() < deadline:
            try:
                answer = self._client.request(method, path, **options)
            except httpx.TransportError as error:
                last = type(error).__name__
            else:
                last = f"{answer.status_code}: {answer.text[:300]}"
                if answer.status_code in fine:
                    return answer
                self._judge(method, path, answer, last)
            self.journal.repeated()
            time.sleep(wait * random.uniform(0.5, 1.5))
            wait = min(wait * 2, 2.0)
        message = f"{method} {path} was not answered in {self._patience:.0f} s, last: {last}"
        self.journal.bug(message)
        raise GivenUpError(message)

    def _judge(self, method: str, path: str, answer: httpx.Response, last: str) -> None:
        if answer.status_code == 401 and self._skewed():
            self.journal.was_refused()
        elif answer.status_code != 429 and answer.status_code < 500:
            message = f"{method} {path} was answered with {last}"
            self.journal.bug(message)
            raise GivenUpError(message)

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        """Create something, once."""
        return dict(self.send("POST", path, json=body, headers=_key()).json())

    def category(self, name: str) -> str:
        """Make a category; return its id."""
        made = self.make("categories", name=name)
        self.journal.categorised(self.user_id, made["id"])
        return str(made["id"])

    def spend(self, minor: int, day: str, category_id: str, payee: str) -> dict[str, Any]:
        """Record an expense."""
        made = self.make("expenses", amount=euros(minor), spent_on=day, category_id=category_id, payee=payee)
        self.journal.spent(self.user_id, made)
        return made

    def change(self, expense: dict[str, Any], minor: int) -> dict[str, Any]:
        """Change an amount; a change whose answer was lost is recognised by its version."""
        path = f"expenses/{expense['id']}"
        answer = self.send("PATCH", path, json={"amount": euros(minor)}, headers=_match(expense), fine=(200, 412))
        now = dict(answer.json() if answer.status_code == 200 else self.send("GET", path).json())
        if (now["version"], now["amount"]) != (expense["version"] + 1, euros(minor)):
            self.journal.bug(f"{path} is {now} after it was changed to {minor}")
        self.journal.spent(self.user_id, now)
        return now

    def remove(self, expense: dict[str, Any]) -> None:
        """Delete an expense."""
        self.send("DELETE", f"expenses/{expense['id']}", headers=_match(expense), fine=(204, 404))
        self.journal.deleted(expense["id"])

    def upload(self, text: str) -> dict[str, Any]:
        """Import a CSV file."""
        return dict(self.send("POST", "imports", files={"file": ("bank.csv", text, "text/csv")}, headers=_key()).json())

    def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Read something."""
        return dict(self.send("GET", path, params=params).json())

    @property
    def cookie(self) -> str:
        """The session, as a header."""
        return "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def euros(minor: int) -> dict[str, str]:
    """Return an amount as the API writes it."""
    return {"amount": f"{minor // 100}.{minor % 100:02}", "currency": "EUR"}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def _match(thing: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{thing["version"]}"'}
