"""The command `events dead | replay | purge`: manages dead letters, on any bus."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

from chassis.messaging.bus import Bus, DeadLetter
from chassis.process.settings_command import complain


def add_events_command(commands: Any) -> None:
    """Add the command to an argument parser's subcommands."""
    events: argparse.ArgumentParser = commands.add_parser("events", help="manage events that could not be handled")
    events.add_argument("action", choices=["dead", "replay", "purge"], help="list dead letters, retry them, or delete them")
    events.add_argument("ids", nargs="*", help="the ids of dead letters; all of them if left out")
    events.add_argument("--json", action="store_true", help="print whole letters as JSON")


def run_events_command(bus: Bus, options: argparse.Namespace, *, say: Callable[[str], None]) -> None:
    """Run the command. Raises OSError if the bus is unreachable."""
    ids = options.ids or None
    if options.action == "dead":
        letters = bus.dead()
        for letter in letters:
            say(json.dumps(vars(letter)) if options.json else _line(letter))
        if not letters:
            complain(["No dead letters."])  # for people; standard output is for programs
    elif options.action == "replay":
        say(f"{bus.replay(ids)} put back; they will be handled within a few seconds.")
    else:
        say(f"{bus.purge(ids)} deleted.")


def report_encrypted(bus: Bus, older: Sequence[str], *, say: Callable[[str], None]) -> None:
    """Report how many dead letters hold values encrypted with each of these keys. Raises OSError if the bus is unreachable."""
    letters = bus.dead() if older else []
    for key_id in older:
        count = sum(f".{key_id}." in letter.body for letter in letters)
        if count:
            say(f"dead letters: {count:,} still need {key_id}: replay or purge them before you remove it")


def _line(letter: DeadLetter) -> str:
    return f"{letter.id}\t{letter.died_at}\t{letter.queue}\t{letter.type}\t{letter.attempts} attempts\t{letter.reason}"
