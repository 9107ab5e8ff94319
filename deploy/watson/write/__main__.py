"""`make watson`: writes the files that are imported into watsonx Assistant. `--check` only says which are behind."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from write.actions import actions, operations_of
from write.extension import extension
from write.source import HERE, read_talk


def contents() -> dict[Path, str]:
    """Return path to text."""
    talk, document = read_talk(), extension()
    files: dict[str, Any] = {
        "outlay-actions.json": actions(talk),
        "outlay-actions-with-extension.json": actions(talk, operations_of(document)),
        "outlay-extension.json": document,
    }
    return {HERE / name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in files.items()}


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
