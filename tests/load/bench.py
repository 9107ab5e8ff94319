"""`make bench`: measures Outlay beside floors in the same run and prints a table. Asserts nothing."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from load import broker_measures, cloudant_measures, cost_measures, import_measures, measures, store_measures
from load.table import Table

ALL = {
    **measures.ALL,
    **broker_measures.ALL,
    **cost_measures.ALL,
    **cloudant_measures.ALL,
    **store_measures.ALL,
    **import_measures.ALL,
}


def main() -> int:
    """Run the measurements; `--quick` leaves out the million."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 and 100,000 expenses, not 1,000,000")
    parser.add_argument("--only", choices=sorted(ALL), action="append", help="only these measurements")
    options = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory() as folder:
        for name, measure in ALL.items():
            if not options.only or name in options.only:
                print(f"measuring {name} ...", file=sys.stderr, flush=True)
                place = Path(folder) / name
                place.mkdir()
                measure(place, table, sizes=(10_000, 100_000) if options.quick else (10_000, 100_000, 1_000_000))
    table.print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
