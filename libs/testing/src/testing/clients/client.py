"""A person's script: signs up and uses the public API."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import httpx

from testing.clients.inbox import confirmation_in
from testing.waiting import eventually

if TYPE_CHECKING:
    from typing import Self

    from testing.clients.inbox import Inbox

_numbers = itertools.count(1)
_everybody: list[Person] = []
PASSWORD = "a long enough passphrase"


class Person(httpx.Client):
    """A client with a session of its own."""

    def __init__(self, url: str, **account: str) -> None:
        """Sign up with an address that nobody had before."""
        _everybody.append(self)
        super().__init__(base_url=f"{url}/api/v1/", headers={"Sec-Fetch-Site": "same-origin"}, timeout=60)
        self.email = f"person{next(_numbers)}.{time.time_ns()}@outlay.example"
        body = {
            "email": self.email,
            "password": PASSWORD,
            "name": "Maria",
            "home_currency": "EUR",
            "time_zone": "UTC",
            "locale": "en-GB",
        }
        answer = self.post("users", json={**body, **account})
        assert answer.status_code == 201, answer.text
        self.user = answer.json()

    def verify(self, inbox: Inbox) -> Self:
        """Follow the link in the mail that asks whether the address is right."""
        token = eventually(lambda: confirmation_in(inbox.emails_to(self.user["email"])))
        answer = self.put(f"email-verifications/{token}")
        assert answer.status_code == 204, answer.text
        return self

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        """Create something; return it."""
        answer = self.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def access_token(self, **body: Any) -> dict[str, Any]:
        """Make an access token; return it with its secret."""
        return self.made("users/me/tokens", current_password=PASSWORD, **body)

    def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Read something."""
        answer = self.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def spend(self, amount: str, *, currency: str = "EUR", **more: Any) -> dict[str, Any]:
        """Record an expense, today if no day is given."""
        more.setdefault("spent_on", time.strftime("%Y-%m-%d", time.gmtime()))
        return self.made("expenses", amount={"amount": amount, "currency": currency}, **more)

    def budget(self, amount: str, *, currency: str = "EUR", **more: Any) -> dict[str, Any]:
        """Set a budget."""
        return self.made("budgets", amount={"amount": amount, "currency": currency}, **{"name": "Everything", **more})

    def change(self, path: str, thing: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Change something that was read."""
        answer = self.patch(f"{path}/{thing['id']}", json=body, headers={"If-Match": f'"{thing["version"]}"'})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def remove(self, path: str, thing: dict[str, Any]) -> None:
        """Delete something that was read."""
        answer = self.delete(f"{path}/{thing['id']}", headers={"If-Match": f'"{thing["version"]}"'})
        assert answer.status_code == 204, answer.text


def say_goodbye() -> None:
    """Close the connections of everybody."""
    for person in _everybody:
        person.close()
    _everybody.clear()
