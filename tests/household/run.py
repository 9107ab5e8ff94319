"""`make household`: the household's years as lived, with the process killed ten times, and as one import; prints what came out."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from household import stories


def main() -> int:
    """Run all stories; return 1 if one came out differently."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for number, story in enumerate(stories.ALL):
            started = time.monotonic()
            result = story(Path(folder) / str(number))
            failed |= not result.as_expected
            print(
                f"{'ok  ' if result.as_expected else 'FAIL'} {result.title}: {result.summary}  ({time.monotonic() - started:.1f} s)"
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
