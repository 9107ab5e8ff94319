"""`make household`: replays the household's years, with ten killed processes, and as one import; prints a table."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from household import entry_methods
from household.stores import SETS


def main() -> int:
    """Run all entry methods, or those that are named; return 1 if one came out differently."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", choices=sorted(SETS), default="home", help="what the installation stands on")
    parser.add_argument("--method", choices=[method.__name__ for method in entry_methods.ALL], action="append", help="only these")
    options = parser.parse_args()
    failed = False
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        SETS[options.stores](Path(folder) / "servers") as deployment,
    ):
        for number, method in enumerate(entry_methods.ALL):
            if not options.method or method.__name__ in options.method:
                started = time.monotonic()
                result = method(deployment, Path(folder) / str(number))
                failed |= not result.as_expected
                word, seconds = "ok  " if result.as_expected else "FAIL", time.monotonic() - started
                print(f"{word} {options.stores}, {result.title}: {result.summary}  ({seconds:.1f} s)", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
