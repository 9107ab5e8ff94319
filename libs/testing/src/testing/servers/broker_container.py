"""RabbitMQ in a container: used like the package's, but for being killed and started again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from testing.servers.broker import Broker
from testing.servers.containers import IMAGES, Container, started
from testing.servers.starting import START_SECONDS, wait_until_started

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TLS = "/etc/rabbitmq/tls"


class ContainedBroker(Broker):
    """One broker of the official image."""

    def __init__(self, folder: Path, known: Mapping[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same broker."""
        super().__init__(folder, known)
        self._container = Container(**known["container"]) if known else Container("", {})

    def start(self, *, seconds: float = START_SECONDS) -> Broker:
        """Start it and wait until it takes connections."""
        self._configure(listen="0.0.0.0:5672", listen_tls="0.0.0.0:5671", tls=_TLS)
        for path in (self.folder / "tls").iterdir():
            path.chmod(0o644)  # the image's own user reads them
        files = {self.folder / "rabbitmq.conf": "/etc/rabbitmq/rabbitmq.conf", self.folder / "tls": _TLS}
        self._container = started("rabbitmq", ports=[5672, 5671], files=files)
        self.port, self.tls_port = self._container.ports["5672"], self._container.ports["5671"]
        wait_until_started("RabbitMQ", self.answers, status=lambda: None, output=self._container.said, seconds=seconds)
        return self

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl."""
        return self._container.run("rabbitmqctl", "--quiet", *arguments)

    def evaluate(self, expression: str) -> str:
        """Return what an Erlang expression says in the node."""
        return self.control("eval", f"{expression}.")

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {**super().noted(), "container": self._container.noted()}

    def described(self) -> str:
        """Say what it calls itself."""
        return f"{super().described().removesuffix(' (package)')} ({IMAGES['rabbitmq']} in a container)"

    def close(self) -> None:
        """Kill it."""
        self._container.remove()
