"""The security log: who did what, from where, and with which outcome; docs/security.md lists every event.

Operations that touch an account's security are named in their documents (`x-security-event`), so none can be forgotten in code.
Lines go where all logs go, at every log level, and never hold an address, a password or a token.
"""

from __future__ import annotations

import getpass
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chassis.settings import SettingsError
from chassis.spec import operations

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from chassis.request import Request
    from chassis.spec import Spec

LOGGER = "outlay.security"
SUCCESS, FAILURE, REFUSED = "success", "failure", "refused"
ADMINISTRATIVE = frozenset({"migrate", "events", "keys", "export", "import"})
"""Commands of operators that are recorded."""
_ONLY_READING = ("dead", "list")

log = logging.getLogger(LOGGER)


def security_events(spec: Spec) -> dict[str, str]:
    """Return operationId -> name of its security event."""
    marked = ((operation["operationId"], operation.get("x-security-event")) for _path, _method, operation in operations(spec))
    return {operation_id: event for operation_id, event in marked if event}


def record(event: str, outcome: str, **details: Any) -> None:
    """Write a line; details that are empty are left out."""
    level = logging.INFO if outcome == SUCCESS else logging.WARNING
    log.log(level, "security event", extra={"event": event, "outcome": outcome, **{k: v for k, v in details.items() if v}})


@contextmanager
def recorded_command(program: str, options: argparse.Namespace) -> Iterator[None]:
    """Write a line for a command of an operator that changes keys, stores or messages, once it has ended."""
    command = " ".join(str(word) for name in ("command", "what", "action") if (word := getattr(options, name, None)))
    try:
        yield
    except SettingsError:
        raise  # nothing was begun
    except BaseException as error:
        _record_command(program, command, reason=type(error).__name__)
        raise
    _record_command(program, command)


def _record_command(program: str, command: str, *, reason: str = "") -> None:
    if command.split(" ", maxsplit=1)[0] in ADMINISTRATIVE and not command.endswith(_ONLY_READING):
        record("admin.command", FAILURE if reason else SUCCESS, reason=reason, command=f"{program} {command}", operator=_operator())


def _operator() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        return str(os.getuid())


def record_operation(event: str, request: Request, *, status: int, reason: str = "", answer: Any = None) -> None:
    """Write the line of an operation that was carried out (`answer` is its body) or failed (`reason` is the kind of problem)."""
    caller = request.signed_in
    who: Mapping[str, Any] = answer if caller is None and isinstance(answer, dict) else {}
    record(
        event,
        FAILURE if reason else SUCCESS,
        reason=reason,
        status=status,
        user_id=caller.user_id if caller else who.get("id"),
        session_id=caller.session_id if caller else None,
        credential=caller.kind if caller else None,
        client=request.client_address,
        **request.notes,
    )
