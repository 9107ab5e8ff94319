"""The command `settings`, and what every command prints if the settings are wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from chassis.process.check_command import say_findings
from chassis.process.declared_settings import as_json, as_lines, declared
from chassis.runtime.probes import Finding
from chassis.runtime.settings import SettingsError

AGAIN, SETTINGS, LASTING = 1, 2, 3
"""Exit statuses: retry later; wrong settings; something else must be changed first."""


def say(line: str) -> None:
    print(line, flush=True)


def complain(lines: Sequence[str]) -> None:
    print("\n".join(lines), file=sys.stderr, flush=True)


def add_settings_command(commands: Any) -> None:
    """Add the command to an argument parser's subcommands."""
    settings: argparse.ArgumentParser = commands.add_parser("settings", help="list the settings")
    settings.add_argument("--json", action="store_true", help="print JSON")


def say_settings(name: str, kinds: Sequence[type], options: argparse.Namespace) -> int:
    """Print the settings that these classes declare; return the exit status."""
    entries = declared(kinds)
    say(as_json(name, entries) if options.json else as_lines(entries))
    return 0


def say_problems(name: str, error: SettingsError, options: argparse.Namespace) -> int:
    """Print what is wrong with the settings, for `check` as findings; return the exit status."""
    if options.command == "check":
        return say_findings([Finding("settings", False, problem, 0) for problem in error.problems], options, say=say)
    complain([f"{name} cannot start with these settings:", *(f"  {problem}" for problem in error.problems)])
    return SETTINGS
