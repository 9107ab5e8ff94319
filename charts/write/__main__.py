"""`make charts-docs`: writes into the charts what follows from code and values. `--check` only says what is behind."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from write.files import contents


def main() -> int:
    """Write what is behind; return 1 if only asked and something is."""
    behind = [(path, text) for path, text in contents().items() if not path.exists() or path.read_text("utf-8") != text]
    for path, text in behind:
        print(path)
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
    return 1 if behind and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
