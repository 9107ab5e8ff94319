"""The kinds of fault: what each does, for how long, and how it ends."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from faults.stage import Stage
from support.proxy import Mode

End = Callable[[], None]
_SKEW_SECONDS = 125.0
"""How long a service token lives that was made under a wrong clock."""
_IN_HAND_SECONDS = 5.0
_ROLL_SECONDS = 60.0


@dataclass(frozen=True)
class Kind:
    """A kind of fault. `begin` makes it true and returns (what exactly, how it ends)."""

    name: str
    begin: Callable[[Stage, random.Random], tuple[str, End]]
    hold: tuple[float, float] = (0.0, 0.0)
    """Shortest and longest seconds for which it lasts; none for what happens in a moment."""
    uncertain: bool = False
    """Whether it can hit a mail between its acceptance and the note of it."""


def _nothing() -> None:
    """What happened in a moment needs no end."""


def _kill(service: str, role: str) -> Kind:
    def begin(stage: Stage, chance: random.Random) -> tuple[str, End]:
        name = chance.choice(stage.fleet.matching(service, role)).name
        stage.fleet.kill(name)
        return name, _nothing

    return Kind(f"kill -9 {service} {role}", begin, uncertain=(service, role) == ("notifier", "work"))


def _kill_all(stage: Stage, _chance: random.Random) -> tuple[str, End]:
    for name in stage.fleet.members:
        stage.fleet.kill(name)
    stage.broker.kill()
    return "everything", lambda: _start(stage)


def _start(stage: Stage) -> None:
    stage.broker.start(seconds=120)


def _kill_broker(stage: Stage, _chance: random.Random) -> tuple[str, End]:
    stage.broker.kill()
    return "killed", lambda: _start(stage)


def _restart_broker(stage: Stage, _chance: random.Random) -> tuple[str, End]:
    stage.broker.stop()
    return "stopped in order", lambda: _start(stage)


def _alarm(stage: Stage, _chance: random.Random) -> tuple[str, End]:
    stage.broker.control("set_vm_memory_high_watermark", "0")
    return "publishers blocked", lambda: _calm(stage)


def _calm(stage: Stage) -> None:
    stage.broker.control("set_vm_memory_high_watermark", "0.4")


def _cut(where: str) -> Callable[[Stage, random.Random], tuple[str, End]]:
    def begin(stage: Stage, chance: random.Random) -> tuple[str, End]:
        front = {"broker": stage.to_broker, "mails": stage.to_mails}
        name = where or chance.choice(sorted(stage.fleet.fronts))
        cut = 0
        for _ in range(3):
            cut += (front.get(name) or stage.fleet.fronts[name]).cut()
            time.sleep(0.4)
        return f"{cut} connections to {name}", _nothing

    return begin


def _unreachable(where: str, mode: Mode) -> Callable[[Stage, random.Random], tuple[str, End]]:
    def begin(stage: Stage, _chance: random.Random) -> tuple[str, End]:
        proxy = stage.to_broker if where == "broker" else stage.to_mails
        proxy.set(mode)
        if mode is Mode.REFUSE:
            proxy.cut()
        return mode.value, lambda: proxy.set(Mode.PASS)

    return begin


def _provider(kind: str, **order: object) -> Callable[[Stage, random.Random], tuple[str, End]]:
    def begin(stage: Stage, _chance: random.Random) -> tuple[str, End]:
        stage.mails.order("fault", kind=kind, **order)
        return kind, lambda: _behave(stage)

    return begin


def _behave(stage: Stage) -> None:
    stage.mails.order("fault", kind="none")


def _kill_senders(stage: Stage, _chance: random.Random) -> tuple[str, End]:
    """Kill who sends between the provider's accept and its answer, which comes two seconds later."""
    stage.mails.order("fault", kind="slow", seconds=2)
    before, deadline = len(stage.accepted()), time.monotonic() + _IN_HAND_SECONDS
    while len(stage.accepted()) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    senders = stage.fleet.matching("notifier", "work")
    for member in senders:
        stage.fleet.kill(member.name)
    return f"{len(senders)} senders, {len(stage.accepted()) - before} mails in hand", lambda: _behave(stage)


def _full_disk(stage: Stage, _chance: random.Random) -> tuple[str, End]:
    stage.disk.fill()
    return "no byte left", stage.disk.free


def _clock(stage: Stage, chance: random.Random) -> tuple[str, End]:
    name = chance.choice(sorted(stage.fleet.members))
    seconds = chance.choice((-1, 1)) * chance.randint(30, 120)
    stage.fleet.shift_clock(name, seconds)
    stage.skewed_until = time.monotonic() + 3600

    def end() -> None:
        stage.fleet.shift_clock(name, 0)
        stage.skewed_until = time.monotonic() + _SKEW_SECONDS

    return f"{name} {seconds:+} s", end


def _roll(stage: Stage, chance: random.Random) -> tuple[str, End]:
    service = chance.choice(("auth", "expenses", "budgets", "notifier", "gateway"))
    for member in stage.fleet.matching(service):
        starts, deadline = member.starts, time.monotonic() + _ROLL_SECONDS
        stage.fleet.terminate(member.name)
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


def possible(stage: Stage) -> tuple[list[Kind], list[str]]:
    """Return the kinds that this stage can play, and for each that it cannot the reason."""
    left_out = {}
    if not stage.disk.can_be_full:
        left_out["disk full"] = stage.disk.why_not
    if stage.clocks.why_not:
        left_out["clock step"] = stage.clocks.why_not
    return [kind for kind in ALL if kind.name not in left_out], [f"{name}: {why}" for name, why in left_out.items()]
