"""`make rolling`: every process replaced under load, again and again; upgrades, rollback, rotated secrets; prints a table."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.options import folder_of, parser_of, printer
from rolling import operations as script
from rolling.environment import Crowd, RollingEnvironment
from rolling.figures import of_the_chart
from rolling.table import Result, result_of
from testing.servers.broker import Broker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faults.options import Say

PARTS = ("restart", "upgrade", "secrets")
_LAST_SECONDS = 10.0
"""For which people go on when all is done: what the last change took away must not be missed."""


def main(arguments: list[str]) -> int:
    """Run, audit and print; return 1 if a promise was broken."""
    parser = parser_of("rolling", __doc__, threads=2)
    parser.add_argument("--clients", type=int, default=2, help="people who sign in, read, write and sign out at the same time")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two scenarios, about")
    parser.add_argument("--haste", type=float, default=1.0, help="of the chart's waiting times, which share is waited")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be repeated")
    parser.add_argument(
        "--without",
        choices=("draining", "expanding"),
        help="see the test fail: processes go at once; or the newer version's migrations rename a column, and say that they do no harm",
    )
    options = parser.parse_args(arguments)
    with folder_of(options) as folder:
        return _run(options, folder, printer())


def _run(options: argparse.Namespace, folder: Path, say: Say) -> int:
    numbers = of_the_chart(haste=options.haste)
    if options.without == "draining":
        numbers = replace(numbers, drain=0, leave=0)
    broker = Broker(folder / "broker").start()
    try:
        with RollingEnvironment(
            folder, broker, numbers, replicas=options.replicas, expanding=options.without != "expanding"
        ) as environment:
            say(f"{options.replicas} of everything are ready")
            crowd = Crowd(environment, threads=options.threads, clients=options.clients, pause=options.pause)
            try:
                result = _play(options.only or PARTS, environment, crowd, say)
            finally:
                crowd.close()
    finally:
        broker.close()
    sys.stdout.write(f"\n{result}\n")
    return 1 if result.broken else 0


def _play(parts: Sequence[str], environment: RollingEnvironment, crowd: Crowd, say: Say) -> Result:
    try:
        _act(parts, environment, say)
    except KeyboardInterrupt:
        say("interrupted: what follows is about what was done so far")
    time.sleep(_LAST_SECONDS)
    say("the load ends")
    evidence = crowd.finish()
    return result_of(environment, crowd, evidence, missed=crowd.missed())


def _act(parts: Sequence[str], environment: RollingEnvironment, say: Say) -> None:
    signs_at = script.rotate_signing_key(environment, say) if "secrets" in parts else 0.0
    if "restart" in parts:
        script.restart_everything(environment, say)
        script.migrate_again(environment, say)
        script.restart_everything(environment, say)
    if "upgrade" in parts:
        script.upgrade(environment, say)
    if "secrets" in parts:
        script.rotate_data_key(environment, say)
        script.rotate_credentials(environment, say)
        time.sleep(max(0.0, signs_at + 5 - time.monotonic()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
