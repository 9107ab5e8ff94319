"""`make faults`: the suite under load and faults, audited afterwards; prints a table."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from faults.auditor import audit, verdict
from faults.conductor import Conductor
from faults.evidence import copy_stores
from faults.kinds import BY_NAME, possible
from faults.schedule import drawn
from faults.stage import Options, Stage
from faults.table import table


def main(arguments: list[str]) -> int:
    """Play, audit, print; return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--crossings", type=int, default=100, help="budgets that are exceeded on purpose")
    parser.add_argument("--faults", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1, help="decides which faults come, when, and what people do")
    parser.add_argument("--replicas", type=int, default=2, help="of each process")
    parser.add_argument("--only", action="append", choices=sorted(BY_NAME), help="this kind of fault; may be repeated")
    parser.add_argument("--threads", type=int, default=4, help="people who do something at the same time")
    parser.add_argument("--settle", type=float, default=900, help="seconds that the end may take")
    parser.add_argument("--folder", type=Path, help="a new folder, to keep stores, mails and logs in")
    options = parser.parse_args(arguments)
    if options.folder and options.folder.exists():
        parser.error(f"{options.folder} is there already")
    with tempfile.TemporaryDirectory() as temporary:
        return _run(options, (options.folder or Path(temporary)).resolve())


def _run(options: argparse.Namespace, folder: Path) -> int:
    started = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:7.1f} s  {line}\n")
        sys.stdout.flush()

    say(f"starting {options.replicas} of everything, seed {options.seed}")
    with Stage(Options(folder, replicas=options.replicas)) as stage:
        kinds, left_out = possible(stage)
        for why in left_out:
            say(f"LEFT OUT: {why}")
        kinds = [kind for kind in kinds if not options.only or kind.name in options.only]
        faults = drawn(kinds, options.faults, random.Random(options.seed))
        conductor = Conductor(stage, options.crossings, options.seed, threads=options.threads, say=say)
        evidence = conductor.play(faults, settle=options.settle)
        findings = audit(evidence)
        say("audited")
        if options.folder:
            copy_stores(evidence, folder / "left")
        sys.stdout.write(f"\n{table(evidence, findings)}\n")
        sys.stdout.write("".join(f"\nLEFT OUT: {why}\n" for why in left_out))
        endings = {member.name: member.ends for member in stage.fleet.members.values() if set(member.ends) - {-9, 0}}
        sys.stdout.write(f"\nProcesses that ended by themselves with other than 0: {endings or 'none'}\n")
    return 0 if verdict(findings) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
