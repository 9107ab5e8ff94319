"""One server for a whole test run: the first of pytest's workers that needs it starts it, the last stops it."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest


class Server(Protocol):
    """What can be shared."""

    def start(self) -> Self:
        """Start it and wait until it answers."""

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know to use it, and to stop it."""

    def described(self) -> str:
        """Ask it what it is, and of which version; say whether it is a package or a container."""

    def leave(self) -> None:
        """Let go of it; others go on."""

    def close(self) -> None:
        """Stop it, whoever started it."""


Shared = TypeVar("Shared", bound=Server)


def end_group(pid: int, sig: int) -> None:
    """Send a signal to a program that was started with a group of its own, if it was; 0 would be the caller's."""
    if pid:
        with suppress(ProcessLookupError):
            os.killpg(pid, sig)


def folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all of pytest's workers have in common."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@contextmanager
def one_for_the_run(folder: Path, make: Callable[[Path, dict[str, Any] | None], Shared]) -> Iterator[Shared]:
    """Give each worker the same server. `make` is told a folder, and what was noted if the server runs already."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "server.json"
    with _locked(folder):
        known = json.loads(note.read_text()) if note.exists() else {"users": 0, "starts": 0}
        starts = known["starts"] + (known["users"] == 0)
        own = folder / str(starts)  # one that is needed again after its last user left begins anew
        own.mkdir(exist_ok=True)
        if known["users"]:
            server, described = make(own, known["noted"]), known["described"]
        else:
            server = make(own, None).start()
            described = server.described()
        users = known["users"] + 1
        note.write_text(json.dumps({"noted": server.noted(), "described": described, "users": users, "starts": starts}))
    try:
        yield server
    finally:
        with _locked(folder):
            known = json.loads(note.read_text())
            note.write_text(json.dumps({**known, "users": known["users"] - 1}))
            if known["users"] == 1:
                server.close()
            else:
                server.leave()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
