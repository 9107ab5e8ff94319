"""The suite as processes of its own, as in a cluster: replicas, a name for each, and a supervisor that starts again who ends."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from testing.servers.ports import free_ports
from testing.servers.starting import START_SECONDS, wait_until_started

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from testing.servers.proxy import Board, Proxy
    from testing.servers.wrong_clock import WrongClocks

SERVICES = ("auth", "expenses", "budgets", "notifier")
"""Those with a store, which serve and work."""
FRONTS = (*SERVICES, "assistant", "gateway")
_RESTART_SECONDS = 1.0
_GRACE_SECONDS = 60.0


@dataclass
class Member:
    """One process of the fleet."""

    name: str
    """Such as budgets-work-2."""
    service: str
    role: str
    """serve or work."""
    port: int
    environ: dict[str, str]
    log: Path
    management_port: int
    """Where it says what cannot be reached; the gateway's is another one than the public `port`."""
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    ends: list[int] = field(default_factory=list)
    """The exit status of each time it ended by itself, signals as negative numbers."""

    def start(self) -> None:
        """Start it; its output is added to the log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.service, self.role], env=self.environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        self.starts += 1

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self, seconds: float) -> None:
        """Wait as long as it runs; raises AssertionError, which says why it did not start."""
        assert self.process is not None
        wait_until_started(self.name, lambda: self.ready, status=self.process.poll, output=self.log.read_text, seconds=seconds)

    @property
    def ready(self) -> bool:
        """Whether it answers, if it listens."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/livez", timeout=2).status_code == 200
        except httpx.TransportError:
            return False


def suite_environ(folder: Path, fronts: Mapping[str, Proxy]) -> dict[str, str]:
    """Return what every process is told: stores in a folder, and where the services are."""
    return {
        **os.environ,
        "PYTHONWARNINGS": "ignore",
        "AUTH_STORE": f"sqlite:///{folder}/auth.db",
        "AUTH_COOKIE_SECURE": "false",
        "AUTH_RATE_LIMIT_FACTOR": "1000",
        "OUTLAY_GATEWAY_KEY": hashlib.sha256(str(folder).encode()).hexdigest(),
        **{f"{name.upper()}_DB": f"sqlite:///{folder}/{name}.db" for name in SERVICES[1:]},
        "RECEIPTS": f"file:{folder}/receipts",
        **{f"{name.upper()}_URL": f"http://{front.address}" for name, front in fronts.items() if name != "gateway"},
        "OUTLAY_API_URL": f"http://{fronts['gateway'].address}",
        "ASSISTANT_MESSAGES_PER_MINUTE": "100000",
    }


class Fleet:
    """All processes of the suite. Addresses stay the same for the life of the fleet."""

    def __init__(
        self, folder: Path, board: Board, *, replicas: int, environ: Mapping[str, str], clocks: WrongClocks | None = None
    ) -> None:
        """Start nothing yet. `folder` gets the stores, and beside it the logs; `environ` is what every process is told."""
        self.folder, self._replicas = folder, replicas
        self.logs = folder.parent / "logs"
        self._clocks = clocks
        self._ports = {
            (service, n): port for service, ports in ((s, free_ports(replicas)) for s in FRONTS) for n, port in enumerate(ports, 1)
        }
        self.fronts: dict[str, Proxy] = {
            service: board.proxy([("127.0.0.1", self._ports[service, n]) for n in range(1, replicas + 1)]) for service in FRONTS
        }
        self._environ = {**suite_environ(folder, self.fronts), **environ}
        self.members = {member.name: member for member in self._made()}
        self._stopping = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://{self.fronts['gateway'].address}"

    def _made(self) -> list[Member]:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)
        wanted = [(service, role) for service in SERVICES for role in ("serve", "work")]
        wanted += [("assistant", "serve"), ("gateway", "serve")]
        return [self._member(service, role, n) for service, role in wanted for n in range(1, self._replicas + 1)]

    def _member(self, service: str, role: str, n: int) -> Member:
        name = f"{service}-{role}-{n}"
        port = self._ports[service, n] if role == "serve" else free_ports(1)[0]
        environ = {**self._environ, "OUTLAY_PORT": str(port), "OUTLAY_INSTANCE": name}
        environ |= self._clocks.environ(name) if self._clocks else {}
        management_port = free_ports(1)[0] if service == "gateway" else port
        environ |= {"OUTLAY_MANAGEMENT_PORT": str(management_port)} if service == "gateway" else {}
        return Member(name, service, role, port, environ, self.logs / f"{name}.log", management_port)

    def start(self, *, seconds: float = START_SECONDS) -> Fleet:
        """Migrate the stores, start all, and wait until the gateway answers."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._migrate, SERVICES))
        gateways = self.matching("gateway")
        for some in ([member for member in self.members.values() if member not in gateways], gateways):
            for member in some:
                member.start()
            self._wait_for([member for member in some if member.role == "serve"], seconds)
        self._supervisor.start()
        return self

    def _migrate(self, service: str) -> None:
        subprocess.run([sys.executable, "-m", service, "migrate"], env=self._environ, check=True, capture_output=True)

    def _wait_for(self, members: Sequence[Member], seconds: float) -> None:
        try:
            for member in members:
                member.wait_until_ready(seconds)
        except AssertionError:
            self.stop()
            raise

    def matching(self, service: str = "", role: str = "") -> list[Member]:
        """Return the members of a service or a role."""
        found = self.members.values()
        return [member for member in found if service in ("", member.service) and role in ("", member.role)]

    def kill(self, name: str) -> None:
        """kill -9; the supervisor starts it again."""
        process = self.members[name].process
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()

    def terminate(self, name: str) -> None:
        """Ask it to stop, as a roll-out does; the supervisor starts it again."""
        process = self.members[name].process
        if process is not None:
            process.send_signal(signal.SIGTERM)

    def shift_clock(self, name: str, seconds: int) -> None:
        """Set the clock of one process forward or back; 0 puts it right."""
        if self._clocks:
            self._clocks.shift(name, seconds)

    def _supervise(self) -> None:
        ended: dict[str, float] = {}
        while not self._stopping.wait(0.1):
            for member in self.members.values():
                if member.running:
                    continue
                if member.name not in ended:
                    ended[member.name] = time.monotonic()
                    member.ends.append(member.process.returncode if member.process else 0)
                elif time.monotonic() - ended[member.name] >= _RESTART_SECONDS:
                    del ended[member.name]
                    member.start()

    def stop(self) -> dict[str, int]:
        """Ask all to stop; return the exit status of each."""
        self._stopping.set()
        if self._supervisor.is_alive():
            self._supervisor.join(60)
        running = [member for member in self.members.values() if member.running]
        for member in running:
            self.terminate(member.name)
        return {member.name: self._ended(member) for member in running}

    @staticmethod
    def _ended(member: Member) -> int:
        assert member.process is not None
        try:
            return member.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            member.process.kill()
            return member.process.wait(60)
