"""The audit log: security events as log lines; docs/operate/security.md lists every event.

The lines go where all logs go, at every log level, and never hold an address, a password or a token.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import os
from collections.abc import Callable
from typing import Any

from chassis.runtime.logs import SECURITY_LOGGER
from chassis.runtime.settings import SettingsError

SUCCESS, FAILURE, REFUSED = "success", "failure", "refused"
ADMINISTRATIVE = frozenset({"migrate", "events", "keys", "export", "import"})
"""The operators' commands that are recorded."""
_ONLY_READING = ("dead", "list")

log = logging.getLogger(SECURITY_LOGGER)


def record(event: str, outcome: str, **details: Any) -> None:
    """Write a line, leaving out empty details."""
    level = logging.INFO if outcome == SUCCESS else logging.WARNING
    log.log(level, "security event", extra={"event": event, "outcome": outcome, **{k: v for k, v in details.items() if v}})


def run_recorded(program: str, options: argparse.Namespace, run: Callable[[], int]) -> int:
    """Run an operator's command, record it if it changes keys, stores or messages, and return its exit status."""
    command = " ".join(str(word) for name in ("command", "what", "action") if (word := getattr(options, name, None)))
    try:
        status = run()
    except SettingsError:
        raise  # nothing was done
    except BaseException as error:
        _record_command(program, command, reason=type(error).__name__)
        raise
    _record_command(program, command, reason=f"exit status {status}" if status else "")
    return status


def _record_command(program: str, command: str, *, reason: str = "") -> None:
    if command.split(" ", maxsplit=1)[0] in ADMINISTRATIVE and not command.endswith(_ONLY_READING):
        record("admin.command", FAILURE if reason else SUCCESS, reason=reason, command=f"{program} {command}", operator=_operator())


def _operator() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return str(os.getuid())
