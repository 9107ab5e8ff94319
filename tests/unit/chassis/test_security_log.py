"""The audit log of commands, and its complete inventory."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pytest

from chassis.runtime.logs import SECURITY_LOGGER, configure_logs
from chassis.security.audit_log import recorded_command
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
    with recorded_command("auth", command(command="migrate", what="rekey")):
        pass
    with pytest.raises(OSError, match="full"), recorded_command("budgets", command(command="events", action="purge")):
        raise OSError("full")
    first, second = caplog.records
    assert (first.command, first.outcome, bool(first.operator)) == ("auth migrate rekey", "success", True)
    assert (second.command, second.outcome, second.reason) == ("budgets events purge", "failure", "OSError")


def test_commands_that_only_read_are_not_recorded(caplog) -> None:
    caplog.set_level(logging.INFO, SECURITY_LOGGER)
    for options in (command(command="check"), command(command="events", action="dead"), command(command="keys", action="list")):
        with recorded_command("auth", options):
            pass
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
