"""The audit log of commands, and its complete inventory."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pytest

from chassis.runtime.logs import SECURITY_LOGGER, configure_logs
from chassis.security.audit_log import run_recorded
from chassis.web.security_events import security_events
from chassis.web.spec import load_spec

PAGE = (Path(__file__).parents[3] / "docs" / "operate" / "security.md").read_text("utf-8")


def command(**options: str) -> argparse.Namespace:
    return argparse.Namespace(**options)


def test_every_event_is_in_the_inventory() -> None:
    events = {event for name in ("auth", "expenses", "budgets", "notifier") for event in security_events(load_spec(name)).values()}
    assert events
    assert not {event for event in events | {"access", "admin.command"} if f"| `{event}` |" not in PAGE}


def test_a_command_of_an_operator_is_recorded_with_its_outcome(caplog) -> None:
    caplog.set_level(logging.INFO, SECURITY_LOGGER)
    assert run_recorded("auth", command(command="migrate", what="rekey"), lambda: 0) == 0
    assert run_recorded("outlay", command(command="export"), lambda: 1) == 1
    with pytest.raises(OSError, match="full"):
        run_recorded("budgets", command(command="events", action="purge"), _fail)
    first, refused, failed = caplog.records
    assert (first.command, first.outcome, bool(first.operator)) == ("auth migrate rekey", "success", True)
    assert (refused.command, refused.outcome, refused.reason) == ("outlay export", "failure", "exit status 1")
    assert (failed.command, failed.outcome, failed.reason) == ("budgets events purge", "failure", "OSError")


def _fail() -> int:
    raise OSError("full")


def test_commands_that_only_read_are_not_recorded(caplog) -> None:
    caplog.set_level(logging.INFO, SECURITY_LOGGER)
    for options in (command(command="check"), command(command="events", action="dead"), command(command="keys", action="list")):
        run_recorded("auth", options, lambda: 0)
    assert not caplog.records


def test_it_is_written_at_every_log_level(capsys) -> None:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        configure_logs("error")
        logging.getLogger(SECURITY_LOGGER).info("security event", extra={"event": "session.signed_in"})
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
    assert '"event": "session.signed_in"' in capsys.readouterr().err
