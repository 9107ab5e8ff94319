"""Settings of the broker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chassis.messaging.rabbitmq import BrokerAddress
from chassis.platform import Bound
from chassis.runtime.settings import CommonSettings, setting


@dataclass(frozen=True, kw_only=True)
class BrokerSettings(CommonSettings):
    """Where RabbitMQ is. Every setting may be given as a file instead, as `<name>_FILE`."""

    bus: str = setting(
        "OUTLAY_BUS",
        "the broker: amqp:// or amqps://<user>:<password>@<host>/<virtual host>; without it events wait",
        default="",
        bound=Bound("broker"),
        secret=True,
    )
    bus_user: str = setting(
        "OUTLAY_BUS_USER", "the user at the broker, instead of the one in OUTLAY_BUS", default="", bound=Bound("broker", "user")
    )
    bus_password: str = setting(
        "OUTLAY_BUS_PASSWORD",
        "their password, instead of the one in OUTLAY_BUS",
        default="",
        bound=Bound("broker", "password"),
        secret=True,
    )
    bus_ca: Path | None = setting(
        "OUTLAY_BUS_CA", "PEM file of the authority of an amqps:// broker", default=None, parse=Path, bound=Bound("broker", "ca")
    )

    @property
    def broker(self) -> BrokerAddress | None:
        """The broker's address, None if there is none."""
        if not self.bus:
            return None
        return BrokerAddress(url=self.bus, user=self.bus_user, password=self.bus_password, ca=self.bus_ca)

    def problems(self) -> list[str]:
        problems = super().problems()
        try:
            _ = self.broker
        except ValueError as error:
            problems.append(f"OUTLAY_BUS: {error}")
        if self.bus_ca is not None and not self.bus_ca.is_file():
            problems.append(f"OUTLAY_BUS_CA: there is no file {self.bus_ca}")
        return problems
