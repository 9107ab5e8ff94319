"""`make faults`: the suite under load and faults, audited afterwards; prints a table."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.auditor import audit, verdict
from faults.environment import Environment, Options
from faults.evidence import copy_stores
from faults.fault_runner import FaultRunner
from faults.kinds import BY_NAME, possible
from faults.options import folder_of, parser_of, printer
from faults.schedule import drawn
from faults.table import table

if TYPE_CHECKING:
    from faults.options import Say


def main(arguments: list[str]) -> int:
    """Run, audit and print; return 1 if a promise was broken."""
    parser = parser_of("faults", __doc__, threads=4)
    parser.add_argument("--crossings", type=int, default=100, help="budgets that are exceeded on purpose")
    parser.add_argument("--faults", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1, help="decides which faults come, when, and what people do")
    parser.add_argument("--only", action="append", choices=sorted(BY_NAME), help="this kind of fault; may be repeated")
    parser.add_argument("--settle", type=float, default=900, help="seconds that the end may take")
    options = parser.parse_args(arguments)
    with folder_of(options) as folder:
        return _run(options, folder, printer())


def _run(options: argparse.Namespace, folder: Path, say: Say) -> int:
    say(f"starting {options.replicas} of everything, seed {options.seed}")
    with Environment(Options(folder, replicas=options.replicas)) as environment:
        kinds, left_out = possible(environment)
        for why in left_out:
            say(f"LEFT OUT: {why}")
        kinds = [kind for kind in kinds if not options.only or kind.name in options.only]
        faults = drawn(kinds, options.faults, random.Random(options.seed))
        fault_runner = FaultRunner(environment, options.crossings, options.seed, threads=options.threads, say=say)
        evidence = fault_runner.play(faults, settle=options.settle)
        findings = audit(evidence)
        say("audited")
        if options.folder:
            copy_stores(evidence, folder / "left")
        sys.stdout.write(f"\n{table(evidence, findings)}\n")
        sys.stdout.write("".join(f"\nLEFT OUT: {why}\n" for why in left_out))
        endings = {member.name: member.ends for member in environment.fleet.members.values() if set(member.ends) - {-9, 0}}
        sys.stdout.write(f"\nProcesses that ended by themselves with other than 0: {endings or 'none'}\n")
    return 0 if verdict(findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
