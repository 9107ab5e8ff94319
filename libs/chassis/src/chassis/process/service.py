"""A service as its composition root builds it: its web application, queues, workers, outbox and checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from chassis.messaging.bus import Queue
from chassis.messaging.relay import Outbox
from chassis.runtime.probes import Probe
from chassis.runtime.worker import Worker
from chassis.security.rekeying import RekeyingCount


@dataclass(frozen=True, kw_only=True)
class Service:
    """The parts that a process runs. Nothing is started yet."""

    name: str
    web: ASGIApp
    outbox: Outbox
    queues: tuple[Queue, ...] = ()
    workers: tuple[Worker, ...] = ()
    """Background threads that run where events are handled."""
    migrate: Callable[[], None] = lambda: None
    """Migrates the store to the newest schema; called before anything else."""
    rekey: Callable[[], Iterator[RekeyingCount]] = lambda: iter(())
    """Encrypts everything at rest with the newest data key; yields a count for each kind of value."""
    rotate: Callable[[], None] = lambda: None
    """Makes a new key to sign tokens with; only auth signs them."""
    check_keys: Callable[[], object] = lambda: None
    """Raises UnknownKeyError if something is encrypted with a data key that is missing."""
    clean_up: Callable[[], None] = lambda: None
    """What each process does once an hour; what one of them does for all is a due job."""
    check: Callable[[], object] = lambda: None
    """Raises if the service is not ready."""
    optional_checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """Checks of what the service can do without for a time, by name; only reported. They must return quickly."""
    probes: Callable[[], Sequence[Probe]] = tuple
    """What `check` tries: every connection of the service."""
    close: Callable[[], None] = lambda: None
