"""Probes: `check` tries every connection of a process at once, and reports each in a sentence."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

SECONDS = 20.0
"""How long all probes may take together."""
_LEAST_FREE_MB = 100


PROCESSES = frozenset({"serve", "work", "migrate"})
"""The kinds of process that a service has."""


class ProbeError(Exception):
    """A probe failed; the text says what is wrong and what to change, and contains no secret."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        """`lasting` means that trying again cannot help until something is changed."""
        super().__init__(sentence)
        self.lasting = lasting


@dataclass(frozen=True)
class Probe:
    """One connection, folder or key to try."""

    name: str
    """What the service uses it for, such as `store`."""
    try_it: Callable[[], str]
    """Returns a sentence about what works; raises ProbeError."""
    processes: frozenset[str] = PROCESSES
    """The kinds of process that use it; a network policy may keep the others from it."""


@dataclass(frozen=True)
class Finding:
    """The result of one probe."""

    name: str
    ok: bool
    sentence: str
    milliseconds: int


def used_by(process: str, probes: Iterable[Probe]) -> list[Probe]:
    """Return the probes of what a kind of process uses, or all probes if `process` is empty."""
    return [probe for probe in probes if not process or process in probe.processes]


def run_probes(probes: Sequence[Probe], *, seconds: float = SECONDS) -> list[Finding]:
    """Run all probes at once; a probe that takes longer than `seconds` is reported as failed."""
    deadline = time.monotonic() + seconds
    found: dict[int, Finding] = {}
    threads = [
        threading.Thread(target=lambda n=number, one=probe: found.update({n: _tried(one)}), name=f"check:{probe.name}", daemon=True)
        for number, probe in enumerate(probes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = round(seconds * 1000)
    return [
        found.get(number) or Finding(probe.name, False, f"did not respond within {seconds:g} seconds", late)
        for number, probe in enumerate(probes)
    ]


def as_lines(findings: Sequence[Finding]) -> str:
    width = max((len(finding.name) for finding in findings), default=0)
    return "\n".join(f"{'ok    ' if one.ok else 'WRONG '} {one.name:<{width}}  {one.sentence}" for one in findings)


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps({"ok": all(one.ok for one in findings), "checks": [vars(one) for one in findings]}, indent=2)


def folder_probe(name: str, folder: Path) -> Probe:
    """Return a probe of a folder that must be writable, and of its disk."""

    def try_it() -> str:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                pass
            free = shutil.disk_usage(folder).free // 1_000_000
        except OSError as error:
            message = (
                f"the folder {folder} is not writable: {error.strerror}; make user {os.getuid()} its owner, or set another one"
            )
            raise ProbeError(message) from error
        if free < _LEAST_FREE_MB:
            raise ProbeError(f"the disk of {folder} has {free} MB left, less than {_LEAST_FREE_MB} MB; free some space")
        return f"the folder {folder} is writable, {free} MB are free"

    return Probe(name, try_it)


def _tried(probe: Probe) -> Finding:
    begun = time.monotonic()
    try:
        ok, sentence = True, probe.try_it()
    except ProbeError as trouble:
        ok, sentence = False, str(trouble)
    except Exception as error:  # unexpected; its text may contain a secret
        ok, sentence = False, f"failed unexpectedly: {type(error).__name__}; see the log"
    return Finding(probe.name, ok, sentence, round((time.monotonic() - begun) * 1000))
