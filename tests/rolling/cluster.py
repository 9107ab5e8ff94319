"""What a cluster does for the suite: Deployments of pods, Services in front of them, and a kubelet that probes readiness."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from testing.servers.fleet import SERVICES, Member, suite_environ
from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rolling.figures import Numbers
    from testing.servers.proxy import Board, Proxy

_PROBE_SECONDS = 5.0
_START_SECONDS = 600.0


class Pod:
    """One process, from its start to its end."""

    def __init__(self, member: Member) -> None:
        """Start it."""
        self.member = member
        self.ready, self.terminating, self.killed = False, False, False
        self.failures = 0
        self.ready_since = 0.0
        self.status: int | None = None
        member.start()

    def look(self, most_failures: int) -> None:
        """Ask /readyz, as a readiness probe does."""
        if self._says_ready():
            if not self.ready:
                self.ready_since = time.monotonic()
            self.ready, self.failures = True, 0
        else:
            self.failures += 1
            self.ready = self.ready and self.failures < most_failures

    def _says_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.member.port, timeout=_PROBE_SECONDS)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def end(self, numbers: Numbers) -> None:
        """Wait for preStop, send SIGTERM, wait until it ends; kill it after the grace period."""
        deadline = time.monotonic() + numbers.grace
        if self.member.role == "serve":
            time.sleep(numbers.drain)
        process = self.member.process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        try:
            self.status = process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.killed = True
            process.kill()
            self.status = process.wait(60)


class Deployment:
    """The replicas of one kind of process; maxSurge 1, maxUnavailable 0."""

    def __init__(self, cluster: Cluster, service: str, role: str) -> None:
        """Start nothing yet."""
        self.service, self.role, self._cluster = service, role, cluster
        self.pods: list[Pod] = []
        self._leaving: list[threading.Thread] = []
        self._count = 0

    @property
    def name(self) -> str:
        """Such as expenses-serve."""
        return f"{self.service}-{self.role}"

    def begin(self) -> Pod:
        """Start one more."""
        self._count += 1
        pod = Pod(self._cluster.member(self.service, self.role, f"{self.name}-{self._count}"))
        self.pods.append(pod)
        return pod

    def wait_for(self, pod: Pod) -> None:
        """Wait until it has been ready for long enough."""
        deadline = time.monotonic() + _START_SECONDS
        while not (pod.ready and time.monotonic() - pod.ready_since >= self._cluster.numbers.min_ready):
            if not pod.member.running or time.monotonic() > deadline:
                raise AssertionError(f"{pod.member.name} is not ready:\n{pod.member.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def retire(self, pod: Pod) -> None:
        """Remove one: it gets no new connections and ends by itself."""
        pod.terminating = True
        thread = threading.Thread(target=self._end, args=(pod,), name=f"ending {pod.member.name}")
        self._leaving.append(thread)
        thread.start()

    def _end(self, pod: Pod) -> None:
        pod.end(self._cluster.numbers)
        self.pods.remove(pod)
        self._cluster.note_end(pod)

    def roll(self) -> None:
        """Replace all: start one, and stop another once it is ready."""
        for old in [pod for pod in self.pods if not pod.terminating]:
            self.wait_for(self.begin())
            self.retire(old)
        self.wait_until_gone()

    def wait_until_gone(self) -> None:
        """Wait for all that are stopping."""
        for thread in self._leaving:
            thread.join()
        self._leaving.clear()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where new connections go."""
        return [("127.0.0.1", pod.member.port) for pod in self.pods if pod.ready and not pod.terminating]


class Cluster:
    """All Deployments of the suite, and the Services in front of them."""

    def __init__(self, folder: Path, board: Board, numbers: Numbers, *, replicas: int, environ: Mapping[str, str]) -> None:
        """Start nothing yet. `folder` gets the stores; `environ` is for new pods, and may be changed."""
        self.folder, self.numbers, self._replicas = folder, numbers, replicas
        self.logs = folder.parent / "logs"
        self.fronts: dict[str, Proxy] = {service: board.proxy([], skips=False) for service in (*SERVICES, "gateway")}
        self.environ: dict[str, str] = {**suite_environ(folder, self.fronts), **environ}
        kinds = [(service, role) for service in SERVICES for role in ("serve", "work")] + [("gateway", "serve")]
        self.deployments = {f"{service}-{role}": Deployment(self, service, role) for service, role in kinds}
        self.restarts = 0
        self.ended_badly: list[str] = []
        self.died: list[str] = []
        self._stopping = threading.Event()
        self._watching = [
            threading.Thread(target=self._look_after, name="kubelet", daemon=True),
            threading.Thread(target=self._lead, name="endpoints", daemon=True),
        ]

    @property
    def url(self) -> str:
        """Where people reach it."""
        return f"http://{self.fronts['gateway'].address}"

    def member(self, service: str, role: str, name: str) -> Member:
        """Make a process."""
        port = free_ports(1)[0]
        environ = {**self.environ, "OUTLAY_PORT": str(port), "OUTLAY_INSTANCE": name}
        return Member(name, service, role, port, environ, self.logs / f"{name}.log", port)

    def matching(self, service: str = "", role: str = "") -> list[Member]:
        """Return the processes of a service or a role."""
        found = [pod.member for deployment in self.deployments.values() for pod in deployment.pods]
        return [member for member in found if service in ("", member.service) and role in ("", member.role)]

    def start(self) -> Cluster:
        """Migrate the stores and start all; the gateway waits for the services by itself."""
        for folder in (self.folder, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.migrate, SERVICES))
        for thread in self._watching:
            thread.start()
        for deployment in self.deployments.values():
            for _ in range(self._replicas):
                deployment.begin()
        for deployment in self.deployments.values():
            for pod in deployment.pods:
                deployment.wait_for(pod)
        return self

    def migrate(self, service: str) -> str:
        """Bring a store to the newest schema of the version that new pods run."""
        return self.run(service, "migrate")

    def run(self, *arguments: str) -> str:
        """Run a command as a Job does; return its output."""
        done = subprocess.run([sys.executable, "-m", *arguments], env=self.environ, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def roll(self, names: Iterable[str] = (), *, together: int = 3) -> None:
        """Replace all pods of some Deployments, or of all, some Deployments at a time."""
        chosen = [self.deployments[name] for name in names] or list(self.deployments.values())
        with ThreadPoolExecutor(together) as pool:
            list(pool.map(Deployment.roll, chosen))

    def note_end(self, pod: Pod) -> None:
        """Record how a process ended."""
        self.restarts += 1
        if pod.killed or pod.status:
            self.ended_badly.append(f"{pod.member.name}: {'killed after its grace' if pod.killed else pod.status}")

    def stop(self) -> None:
        """End everything, quickly."""
        self._stopping.set()
        for thread in self._watching:
            if thread.ident is not None:
                thread.join(30)
        pods = [pod for deployment in self.deployments.values() for pod in deployment.pods]
        for pod in pods:
            if pod.member.running and pod.member.process is not None:
                with suppress(ProcessLookupError):
                    pod.member.process.send_signal(signal.SIGTERM)
        for pod in pods:
            if pod.member.process is not None:
                try:
                    pod.member.process.wait(60)
                except subprocess.TimeoutExpired:
                    pod.member.process.kill()

    def _look_after(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            while not self._stopping.is_set():
                pods = [pod for deployment in self.deployments.values() for pod in deployment.pods]
                list(pool.map(lambda pod: pod.look(self.numbers.failures), pods))
                self.died += [pod.member.name for pod in pods if not pod.terminating and not pod.member.running]
                self._stopping.wait(self.numbers.look)

    def _lead(self) -> None:
        """Send new connections to the pods that are ready and not stopping. A slow probe does not delay those of other pods."""
        while not self._stopping.wait(self.numbers.look):
            for deployment in self.deployments.values():
                if deployment.role == "serve":
                    self.fronts[deployment.service].use_backends(deployment.addresses)
