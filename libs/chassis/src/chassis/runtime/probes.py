"""`check`: tries every connection that a process would use, all at once, and says of each in a sentence how it is."""

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
"""How long all probes together may take."""
_LEAST_FREE_MB = 100


PROCESSES = frozenset({"serve", "work", "migrate"})
"""The kinds of process that a service has."""


class ProbeError(Exception):
    """Something is wrong; the text says what, and what to change, and holds no secret."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        """`lasting` says that trying again cannot help: a person has to change something first."""
        super().__init__(sentence)
        self.lasting = lasting


@dataclass(frozen=True)
class Probe:
    """One thing to try."""

    name: str
    """What it is to the service, such as `store`."""
    try_it: Callable[[], str]
    """Returns a sentence about what is well; raises ProbeError."""
    processes: frozenset[str] = PROCESSES
    """The kinds of process that use it; the others may not even be let through to it."""


@dataclass(frozen=True)
class Finding:
    """What came out."""

    name: str
    ok: bool
    sentence: str
    milliseconds: int


def used_by(process: str, probes: Iterable[Probe]) -> list[Probe]:
    """Return the probes of what a kind of process uses; of all of them if it is not known which kind."""
    return [probe for probe in probes if not process or process in probe.processes]


def run_probes(probes: Sequence[Probe], *, seconds: float = SECONDS) -> list[Finding]:
    """Try all of them at once; one that has not come back in time is a finding too."""
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
        found.get(number) or Finding(probe.name, False, f"has not answered within {seconds:g} seconds", late)
        for number, probe in enumerate(probes)
    ]


def as_lines(findings: Sequence[Finding]) -> str:
    """Return a line for each finding."""
    width = max((len(finding.name) for finding in findings), default=0)
    return "\n".join(f"{'ok    ' if one.ok else 'WRONG '} {one.name:<{width}}  {one.sentence}" for one in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings for machines."""
    return json.dumps({"ok": all(one.ok for one in findings), "checks": [vars(one) for one in findings]}, indent=2)


def folder_probe(name: str, folder: Path) -> Probe:
    """Return a probe of a folder that has to be written to, and of the disk that it is on."""

    def try_it() -> str:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                pass
            free = shutil.disk_usage(folder).free // 1_000_000
        except OSError as error:
            message = f"the folder {folder} cannot be written to: {error.strerror}; let user {os.getuid()} own it, or name another"
            raise ProbeError(message) from error
        if free < _LEAST_FREE_MB:
            message = f"the disk of {folder} has {free} MB left, which is less than {_LEAST_FREE_MB}; make room"
            raise ProbeError(message)
        return f"the folder {folder} can be written to, {free} MB are free"

    return Probe(name, try_it)


def _tried(probe: Probe) -> Finding:
    begun = time.monotonic()
    try:
        ok, sentence = True, probe.try_it()
    except ProbeError as trouble:
        ok, sentence = False, str(trouble)
    except Exception as error:  # nobody foresaw it; its own text may hold what it should not
        ok, sentence = False, f"failed in a way that is not known: {type(error).__name__}; the log has more"
    return Finding(probe.name, ok, sentence, round((time.monotonic() - begun) * 1000))
