"""What every feature reads from a request: who asks, the filter, the idempotency key."""

from __future__ import annotations

from typing import Any

from chassis.runtime.idempotency import IdempotencyKey
from chassis.web.request import Request
from expenses.ports import Repeat, Who


def caller_of(request: Request) -> Who:
    """Return who asks."""
    caller = request.caller
    return Who(caller.user_id, caller.home_currency, caller.locale)


def repeat_of(request: Request, operation: str, body: Any) -> Repeat:
    """Return what tells that a request came before."""
    key = request.idempotency_key
    fingerprint = IdempotencyKey.of(request.caller.user_id, key, operation, body).fingerprint if key else ""
    return Repeat(key, fingerprint)


_RENAMED = {"from_": "first", "to": "last", "min_": "min", "max_": "max", "import_": "import_id"}


def filter_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that filter expenses."""
    return {_RENAMED.get(name, name): value for name, value in arguments.items()}
