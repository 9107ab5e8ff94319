"""The orders of tests: which fault holds, what was accepted, which events are sent."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

from testing.mailserver.events import DETAILS, event_of

if TYPE_CHECKING:
    from testing.mailserver.server import MailServer


class OrderError(Exception):
    """The order cannot be understood."""


class Control:
    """`/control/<name>`; each order is one JSON object, and so is its answer."""

    def __init__(self, site: MailServer) -> None:
        """Work on this server."""
        self._site = site
        self._orders = {
            ("POST", "fault"): self._fault,
            ("GET", "accepted"): self._accepted,
            ("GET", "hook"): self._hook,
            ("POST", "hook"): self._set_hook,
            ("POST", "account"): self._account,
            ("POST", "events"): self._events,
            ("POST", "replay"): self._replay,
        }

    def do(self, method: str, name: str, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out an order; raises OrderError."""
        action = self._orders.get((method, name))
        if action is None:
            raise OrderError(f"the orders are {', '.join(' '.join(known) for known in self._orders)}")
        try:
            return action(order)
        except (KeyError, TypeError, ValueError) as error:
            raise OrderError(f"{type(error).__name__}: {error}") from error

    def _fault(self, order: dict[str, Any]) -> dict[str, Any]:
        self._site.faults.set(order)
        return {}

    def _accepted(self, order: dict[str, Any]) -> dict[str, Any]:
        """`mail_id` for one mail's; `full` for the requests too; `since` for those from a number on."""
        ledger = self._site.ledger
        mails = ledger.of(order["mail_id"]) if "mail_id" in order else ledger.all()
        since = int(order.get("since", 0))
        listed = [{**mail.summary(), **({"mail": mail.mail} if "full" in order else {})} for mail in mails[since:]]
        return {"count": len(mails), "accepted": listed}

    def _hook(self, _order: dict[str, Any]) -> dict[str, Any]:
        hook = self._site.hook
        return {
            "url": hook.url,
            "automatic": hook.automatic,
            "public_key": hook.signer.public_key,
            "told": hook.told,
            "pid": os.getpid(),
        }

    def _set_hook(self, order: dict[str, Any]) -> dict[str, Any]:
        """`url`, `automatic`."""
        hook = self._site.hook
        hook.url, hook.automatic = str(order.get("url", hook.url)), bool(order.get("automatic", hook.automatic))
        return {}

    def _account(self, order: dict[str, Any]) -> dict[str, Any]:
        """`key` rotates the API key (several, with spaces between, hold for a while), `activity` books or cancels the add-on, `activity_lag` in seconds."""
        options = self._site.options
        options.key = str(order.get("key", options.key))
        options.activity = bool(order.get("activity", options.activity))
        options.activity_lag = float(order.get("activity_lag", options.activity_lag))
        return {}

    def _events(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send a batch: `events` of {mail_id, event, ...}; `times`, `shuffle`, `signature`, `age`. Answers the statuses."""
        events = [self._event(dict(event)) for event in order["events"]]
        if order.get("shuffle"):
            random.shuffle(events)
        signature, age = str(order.get("signature", "good")), float(order.get("age", 0))
        return {"statuses": [self._site.hook.post(events, signature=signature, age=age) for _ in range(int(order.get("times", 1)))]}

    def _event(self, wanted: dict[str, Any]) -> dict[str, Any]:
        mail_id, kind = wanted.pop("mail_id"), wanted.pop("event")
        mails = self._site.ledger.of(mail_id)
        if not mails or kind not in DETAILS:
            raise OrderError(f"no mail {mail_id} was accepted, or {kind} is none of {', '.join(DETAILS)}")
        return event_of(mails[0], kind, **wanted)

    def _replay(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send all events once more, in one batch, shuffled if `shuffle`."""
        return {"statuses": [self._site.hook.replay(shuffle=bool(order.get("shuffle")))]}
