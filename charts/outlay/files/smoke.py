"""Tries an installed Outlay as a person would: signs up, spends, sees the budget change and the alert, asks, and leaves.

Uses the standard library alone. `python smoke.py http://outlay-gateway:8000 example.com https://outlay.example.com`: where it is
reached here, a domain that takes no mail, and the address in people's browsers.
"""

from __future__ import annotations

import http
import json
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_PASSWORD = secrets.token_urlsafe(24)
_SECONDS = 60


class Person:
    """Somebody with an account."""

    def __init__(self, url: str, domain: str, public: str) -> None:
        """Sign up, with an address of a domain that takes no mail. `public` is the address that the Host header names."""
        self._url, self._cookie = f"{url.rstrip('/')}/api/v1/", ""
        self._host = urllib.parse.urlsplit(public or url).netloc
        account = {
            "email": f"smoke-{secrets.token_hex(8)}@{domain}",
            "password": _PASSWORD,
            "name": "Smoke",
            "home_currency": "EUR",
            "time_zone": "UTC",
            "locale": "en-GB",
        }
        self.ask("POST", "users", account)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """Ask the API; raises HTTPError for what is refused."""
        told = {
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "Cookie": self._cookie,
            "Host": self._host,
            **headers,
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=data, headers=told, method=method)  # noqa: S310  http, inside
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            # By hand, since a browser's cookie jar would keep a secure cookie from plain HTTP inside the cluster.
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                self._cookie = cookie.partition(";")[0]
            return dict(json.loads(answer.read() or b"{}"))


def main(url: str, domain: str = "outlay.example.com", public: str = "") -> int:
    """Try it; return the exit status."""
    try:
        _try(url, domain, public)
    except urllib.error.HTTPError as error:
        _say(f"FAILED: {error.url} answered {error.code}: {error.read().decode(errors='replace')[:500]}")
        return 1
    except (OSError, TimeoutError, ValueError, KeyError) as error:
        _say(f"FAILED: {error!r}")
        return 1
    return 0


def _try(url: str, domain: str, public: str) -> None:
    person = Person(url, domain, public)
    _say("signed up")
    budget = person.ask("POST", "budgets", {"name": "Smoke", "amount": {"amount": "100.00", "currency": "EUR"}})
    _say("set a budget of 100.00")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    began = time.monotonic()
    person.ask("POST", "expenses", {"amount": {"amount": "120.00", "currency": "EUR"}, "spent_on": today, "payee": "Smoke test"})
    _say("spent 120.00")
    state = _until(lambda: _exceeded(person.ask("GET", f"budgets/{budget['id']}")))
    _say(f"the budget says {state} after {time.monotonic() - began:.1f} s")
    _until(lambda: [alert for alert in person.ask("GET", "alerts")["items"] if alert["kind"] == "budget.exceeded"])
    _say(f"the alert is there after {time.monotonic() - began:.1f} s")
    _say(_asked(person))
    person.ask("DELETE", "users/me", **{"X-Current-Password": _PASSWORD})
    _say("left; Outlay works")


def _asked(person: Person) -> str:
    """Ask the assistant, if there is one; it asks the gateway in turn."""
    try:
        person.ask("GET", "assistant")
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.NOT_FOUND:
            raise
        return "there is no assistant to ask"
    answer = person.ask("POST", "assistant/messages", {"text": "How much did I spend this month?"})
    if "120.00" not in json.dumps(answer["blocks"]):
        message = f"the assistant knows nothing of the 120.00; does it reach the gateway? It answered {answer['blocks']}"
        raise ValueError(message)
    return "asked the assistant, which knows of the 120.00"


def _exceeded(budget: dict[str, Any]) -> str:
    current = budget["current"]
    return str(current["state"]) if current["spent"]["amount"] == "120.00" and current["state"] == "exceeded" else ""


def _until(look: Any) -> Any:
    deadline = time.monotonic() + _SECONDS
    while not (seen := look()):
        if time.monotonic() > deadline:
            message = f"nothing came within {_SECONDS} seconds; is every `work` ready, and the broker?"
            raise TimeoutError(message)
        time.sleep(0.5)
    return seen


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
