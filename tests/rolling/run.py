"""`make rolling`: every process replaced under load, again and again; upgrades, rollback, rotated secrets; prints a table."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.asked import folder_of, parser_of, teller
from rolling import script
from rolling.figures import of_the_chart
from rolling.stage import Crowd, RollingStage
from rolling.table import Result, result_of
from support.broker import Broker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faults.asked import Say

PARTS = ("restart", "upgrade", "secrets")
_LAST_SECONDS = 10.0
"""For which people go on when all is done: what the last change took away must not be missed."""


def main(arguments: list[str]) -> int:
    """Play, audit, print; return 1 if something was not kept."""
    parser = parser_of("rolling", __doc__, threads=2)
    parser.add_argument("--visitors", type=int, default=2, help="people who sign in, read, write and sign out at the same time")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two stories, about")
    parser.add_argument("--haste", type=float, default=1.0, help="of the chart's waiting times, which share is waited")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part; may be repeated")
    parser.add_argument(
        "--without",
        choices=("draining", "expanding"),
        help="see the test fail: processes go at once; or the newer version's migrations rename a column, and say that they do no harm",
    )
    options = parser.parse_args(arguments)
    with folder_of(options) as folder:
        return _run(options, folder, teller())


def _run(options: argparse.Namespace, folder: Path, say: Say) -> int:
    numbers = of_the_chart(haste=options.haste)
    if options.without == "draining":
        numbers = replace(numbers, drain=0, leave=0)
    broker = Broker(folder / "broker").start()
    try:
        with RollingStage(folder, broker, numbers, replicas=options.replicas, expanding=options.without != "expanding") as stage:
            say(f"{options.replicas} of everything are ready")
            crowd = Crowd(stage, threads=options.threads, visitors=options.visitors, pause=options.pause)
            try:
                result = _play(options.only or PARTS, stage, crowd, say)
            finally:
                crowd.close()
    finally:
        broker.close()
    sys.stdout.write(f"\n{result}\n")
    return 1 if result.broken else 0


def _play(parts: Sequence[str], stage: RollingStage, crowd: Crowd, say: Say) -> Result:
    try:
        _act(parts, stage, say)
    except KeyboardInterrupt:
        say("interrupted: what follows is about what was done so far")
    time.sleep(_LAST_SECONDS)
    say("the load ends")
    evidence = crowd.finish()
    return result_of(stage, crowd, evidence, missed=crowd.missed())


def _act(parts: Sequence[str], stage: RollingStage, say: Say) -> None:
    signs_at = script.rotate_signing_key(stage, say) if "secrets" in parts else 0.0
    if "restart" in parts:
        script.restart_everything(stage, say)
        script.migrate_again(stage, say)
        script.restart_everything(stage, say)
    if "upgrade" in parts:
        script.upgrade(stage, say)
    if "secrets" in parts:
        script.rotate_data_key(stage, say)
        script.rotate_credentials(stage, say)
        time.sleep(max(0.0, signs_at + 5 - time.monotonic()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
