"""A service as its composition root hands it over: what to serve, what to listen to, what to relay."""

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
    """The parts that a process runs. Nothing in here is started yet."""

    name: str
    web: ASGIApp
    outbox: Outbox
    queues: tuple[Queue, ...] = ()
    workers: tuple[Worker, ...] = ()
    """Threads of its own that run where its events are handled."""
    migrate: Callable[[], None] = lambda: None
    """Bring the store to the newest schema; to be called before anything else."""
    rekey: Callable[[], Iterator[RekeyingCount]] = lambda: iter(())
    """Seal everything at rest with the newest data key, where it is not yet; yields a count for each kind of value."""
    rotate: Callable[[], None] = lambda: None
    """Make a new key to sign tokens with, for the one that signs them."""
    check_keys: Callable[[], object] = lambda: None
    """Raise chassis.security.encryption.UnknownKeyError if something is sealed with a data key that is not given."""
    clean_up: Callable[[], None] = lambda: None
    """Forget what is no longer needed; to be called once an hour."""
    check: Callable[[], object] = lambda: None
    """Raise if the service is not ready."""
    optional_checks: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """Checks of what the service can do without for a time, by name; only reported. They must return quickly."""
    probes: Callable[[], Sequence[Probe]] = tuple
    """What `check` tries: every connection that the service uses."""
    close: Callable[[], None] = lambda: None
