"""The kinds of fault: what each does, for how long, and how it ends."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from faults.environment import Environment
from testing.servers.proxy import Mode

End = Callable[[], None]
_SKEW_SECONDS = 125.0
"""How long a service token lives that was made under a wrong clock."""
_IN_HAND_SECONDS = 5.0
_ROLL_SECONDS = 60.0


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `begin` injects it and returns (what exactly, how it ends)."""

    name: str
    begin: Callable[[Environment, random.Random], tuple[str, End]]
    hold: tuple[float, float] = (0.0, 0.0)
    """Shortest and longest seconds for which it lasts; none for what happens in a moment."""
    uncertain: bool = False
    """Whether it can hit a mail between its acceptance and the note of it."""


def _nothing() -> None:
    """Do nothing: the fault was over at once."""


def _kill(service: str, role: str) -> Kind:
    def begin(environment: Environment, chance: random.Random) -> tuple[str, End]:
        name = chance.choice(environment.fleet.matching(service, role)).name
        environment.fleet.kill(name)
        return name, _nothing

    return Kind(f"kill -9 {service} {role}", begin, uncertain=(service, role) == ("notifier", "work"))


def _kill_all(environment: Environment, _chance: random.Random) -> tuple[str, End]:
    for name in environment.fleet.members:
        environment.fleet.kill(name)
    environment.broker.kill()
    return "everything", lambda: _start(environment)


def _start(environment: Environment) -> None:
    environment.broker.start(seconds=120)


def _kill_broker(environment: Environment, _chance: random.Random) -> tuple[str, End]:
    environment.broker.kill()
    return "killed", lambda: _start(environment)


def _restart_broker(environment: Environment, _chance: random.Random) -> tuple[str, End]:
    environment.broker.stop()
    return "stopped in order", lambda: _start(environment)


def _alarm(environment: Environment, _chance: random.Random) -> tuple[str, End]:
    environment.broker.control("set_vm_memory_high_watermark", "0")
    return "publishers blocked", lambda: _calm(environment)


def _calm(environment: Environment) -> None:
    environment.broker.control("set_vm_memory_high_watermark", "0.4")


def _cut(where: str) -> Callable[[Environment, random.Random], tuple[str, End]]:
    def begin(environment: Environment, chance: random.Random) -> tuple[str, End]:
        front = {"broker": environment.to_broker, "mails": environment.to_mails}
        name = where or chance.choice(sorted(environment.fleet.fronts))
        cut = 0
        for _ in range(3):
            cut += (front.get(name) or environment.fleet.fronts[name]).cut()
            time.sleep(0.4)
        return f"{cut} connections to {name}", _nothing

    return begin


def _unreachable(where: str, mode: Mode) -> Callable[[Environment, random.Random], tuple[str, End]]:
    def begin(environment: Environment, _chance: random.Random) -> tuple[str, End]:
        proxy = environment.to_broker if where == "broker" else environment.to_mails
        proxy.set(mode)
        if mode is Mode.REFUSE:
            proxy.cut()
        return mode.value, lambda: proxy.set(Mode.PASS)

    return begin


def _provider(kind: str, **order: object) -> Callable[[Environment, random.Random], tuple[str, End]]:
    def begin(environment: Environment, _chance: random.Random) -> tuple[str, End]:
        environment.mails.order("fault", kind=kind, **order)
        return kind, lambda: _behave(environment)

    return begin


def _behave(environment: Environment) -> None:
    environment.mails.order("fault", kind="none")


def _kill_senders(environment: Environment, _chance: random.Random) -> tuple[str, End]:
    """Kill the sending process after the provider has accepted, and before its answer two seconds later."""
    environment.mails.order("fault", kind="slow", seconds=2)
    before, deadline = len(environment.accepted()), time.monotonic() + _IN_HAND_SECONDS
    while len(environment.accepted()) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    senders = environment.fleet.matching("notifier", "work")
    for member in senders:
        environment.fleet.kill(member.name)
    return f"{len(senders)} senders, {len(environment.accepted()) - before} mails in hand", lambda: _behave(environment)


def _full_disk(environment: Environment, _chance: random.Random) -> tuple[str, End]:
    environment.disk.fill()
    return "no byte left", environment.disk.free


def _clock(environment: Environment, chance: random.Random) -> tuple[str, End]:
    name = chance.choice(sorted(environment.fleet.members))
    seconds = chance.choice((-1, 1)) * chance.randint(30, 120)
    environment.fleet.shift_clock(name, seconds)
    environment.skewed_until = time.monotonic() + 3600

    def end() -> None:
        environment.fleet.shift_clock(name, 0)
        environment.skewed_until = time.monotonic() + _SKEW_SECONDS

    return f"{name} {seconds:+} s", end


def _roll(environment: Environment, chance: random.Random) -> tuple[str, End]:
    service = chance.choice(("auth", "expenses", "budgets", "notifier", "gateway"))
    for member in environment.fleet.matching(service):
        starts, deadline = member.starts, time.monotonic() + _ROLL_SECONDS
        environment.fleet.terminate(member.name)
        while not (member.starts > starts and member.ready) and time.monotonic() < deadline:
            time.sleep(0.1)
    return f"all of {service}", _nothing


_SERVICES = ("auth", "expenses", "budgets", "notifier")
ALL: tuple[Kind, ...] = (
    *(_kill(service, role) for service in _SERVICES for role in ("serve", "work")),
    _kill("gateway", "serve"),
    Kind("kill -9 broker", _kill_broker, (0.5, 3)),
    Kind("kill -9 everything", _kill_all, (0.5, 2), uncertain=True),
    Kind("broker restarted, queues kept", _restart_broker, (0.5, 3)),
    Kind("broker memory alarm", _alarm, (4, 12)),
    Kind("broker connections cut", _cut("broker")),
    Kind("broker refuses", _unreachable("broker", Mode.REFUSE), (3, 10)),
    Kind("broker swallows", _unreachable("broker", Mode.BLACKHOLE), (5, 20)),
    Kind("connections to a service cut", _cut("")),
    Kind("provider slow", _provider("slow", seconds=2), (4, 8)),
    Kind("kill -9 of senders in the window", _kill_senders, uncertain=True),
    Kind("provider accepts, no answer in time", _provider("slow", seconds=13), (5, 8), uncertain=True),
    Kind("provider 503", _provider("down_503", everywhere=True), (3, 8)),
    Kind("provider 429", _provider("refuse_429", retry_after="2"), (3, 8)),
    Kind("provider drops before accepting", _provider("drop_before"), (3, 8), uncertain=True),
    Kind("provider drops after accepting", _provider("drop_after_accept"), (3, 8), uncertain=True),
    Kind("provider refuses connections", _unreachable("mails", Mode.REFUSE), (3, 8), uncertain=True),
    Kind("disk full", _full_disk, (3, 8), uncertain=True),
    Kind("clock step", _clock, (6, 15), uncertain=True),
    Kind("rolling restart", _roll),
)
BY_NAME = {kind.name: kind for kind in ALL}


def possible(environment: Environment) -> tuple[list[Kind], list[str]]:
    """Return the kinds that this environment can inject, and for each other kind the reason."""
    left_out = {}
    if not environment.disk.can_be_full:
        left_out["disk full"] = environment.disk.why_not
    if environment.clocks.why_not:
        left_out["clock step"] = environment.clocks.why_not
    return [kind for kind in ALL if kind.name not in left_out], [f"{name}: {why}" for name, why in left_out.items()]
