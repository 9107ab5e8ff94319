"""The command-line options that runs of faults and of rolling restarts share."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Say = Callable[[str], None]


def parser_of(name: str, about: str | None, *, threads: int) -> argparse.ArgumentParser:
    """Return a parser with the shared options; `threads` is the default number of people."""
    parser = argparse.ArgumentParser(prog=name, description=about)
    parser.add_argument("--replicas", type=int, default=2, help="of each process")
    parser.add_argument("--threads", type=int, default=threads, help="people who live through scenarios at the same time")
    parser.add_argument("--folder", type=Path, help="a new folder, to keep stores, mails and logs in")
    return parser


@contextmanager
def folder_of(options: argparse.Namespace) -> Iterator[Path]:
    """Return the given folder, or a temporary one. Ends the process if it exists already."""
    if options.folder and options.folder.exists():
        sys.exit(f"{options.folder} is there already")
    with tempfile.TemporaryDirectory() as temporary:
        yield (options.folder or Path(temporary)).resolve()


def printer() -> Say:
    """Return a function that prints a line with the seconds since now."""
    started = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:7.1f} s  {line}\n")
        sys.stdout.flush()

    return say
