"""Clocks that can be set wrong, one for each process: a small library that is compiled here and preloaded there.

Debian's libfaketime would do, but its clock_nanosleep refuses how Python sleeps since 3.11.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("wrong_clock.c")


class WrongClocks:
    """Makes processes whose wall clock can be moved while they run."""

    def __init__(self, folder: Path) -> None:
        """Compile the library, if there is a compiler; `why_not` says otherwise."""
        self._folder, self._library, self.why_not = folder, folder / "wrong_clock.so", ""
        compiler = shutil.which("cc")
        if compiler is None:
            self.why_not = "there is no C compiler"
            return
        folder.mkdir(parents=True, exist_ok=True)
        command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(self._library), str(_SOURCE), "-ldl"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        self.why_not = done.stderr.strip()[:300] if done.returncode else ""

    def environ(self, name: str) -> dict[str, str]:
        """Return what makes a process look at the clock of this name; nothing where that is not possible."""
        if self.why_not:
            return {}
        self.shift(name, 0)
        return {"LD_PRELOAD": str(self._library), "WRONG_CLOCK": str(self._folder / name)}

    def shift(self, name: str, seconds: int) -> None:
        """Make a clock wrong by so many seconds, from now on; 0 puts it right."""
        with (self._folder / name).open("r+b" if (self._folder / name).exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))
