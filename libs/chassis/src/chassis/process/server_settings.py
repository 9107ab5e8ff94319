"""Settings that several kinds of server share."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.runtime.probes import PROCESSES
from chassis.runtime.settings import CommonSettings, one_of, setting, true_or_false, whole_number
from chassis.security.data_keys import GivenKey, KeySettings, parse_keys


@dataclass(frozen=True, kw_only=True)
class ListenerSettings(CommonSettings):
    """Where a process listens."""

    host: str = setting("OUTLAY_HOST", "the address to listen on", default="127.0.0.1")
    port: int = setting("OUTLAY_PORT", "the port to listen on", default=8000, parse=whole_number(0, 65535))


@dataclass(frozen=True, kw_only=True)
class PublicServerSettings(ListenerSettings):
    """What a server is told that people's browsers reach."""

    management_port: int = setting(
        "OUTLAY_MANAGEMENT_PORT",
        "the port that answers /metrics and what /readyz checks, for operators alone; 0: none, so neither is answered",
        default=0,
        parse=whole_number(0, 65535),
    )
    hsts_subdomains: bool = setting(
        "OUTLAY_HSTS_SUBDOMAINS",
        "whether browsers must use https for all subdomains of OUTLAY_URL's host too: true or false",
        default=False,
        parse=true_or_false,
    )
    proxies: int = setting(
        "OUTLAY_PROXIES", "how many proxies in front add an address to X-Forwarded-For", default=0, parse=whole_number(0, 9)
    )

    def problems(self) -> list[str]:
        found = super().problems()
        if self.management_port and self.management_port == self.port:
            port = self.port
            found.append(f"OUTLAY_MANAGEMENT_PORT: is {port}, as is OUTLAY_PORT; choose one that is not reachable from outside")
        return found


@dataclass(frozen=True, kw_only=True)
class DrainingSettings(CommonSettings):
    """How a server stops that others of its kind replace."""

    drain_seconds: int = setting(
        "OUTLAY_LEAVE_SECONDS",
        "how many seconds a server keeps answering after SIGTERM, while it reports that it is not ready",
        default=2,
        parse=whole_number(0, 60),
    )


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(ListenerSettings, DrainingSettings, KeySettings):
    """The settings of a service in a process of its own."""

    auth_url: str = setting("AUTH_URL", "where auth is, such as http://auth:8000", default="http://127.0.0.1:8001")
    data_keys: tuple[GivenKey, ...] = setting(
        "OUTLAY_DATA_KEY", "the same data keys in every service", parse=parse_keys, secret=True
    )
    process: str = setting(
        "OUTLAY_PROCESS",
        "the kind of process in whose surroundings `check` is run, which uses only some connections; empty: all of them",
        default="",
        parse=one_of(*sorted(PROCESSES)),
    )
