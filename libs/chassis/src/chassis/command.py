"""The command line of a service that runs by itself: `python -m <service> serve | migrate`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.clock import clock_from
from chassis.ids import uuid7
from chassis.logs import configure_logs
from chassis.metrics import Metrics
from chassis.problems import UnavailableError
from chassis.server import serve
from chassis.service import Service
from chassis.settings import CommonSettings, SettingsError, read_settings, setting, whole_number
from chassis.sql.migrations import SchemaTooNewError
from chassis.tokens import TokenVerifier
from chassis.vault import Vault, parse_key

log = logging.getLogger("outlay.command")


@dataclass(frozen=True, kw_only=True)
class ProcessSettings(CommonSettings):
    """What a service's own process has to know beside its own settings."""

    host: str = setting("OUTLAY_HOST", "the address to listen on", default="127.0.0.1")
    port: int = setting("OUTLAY_PORT", "the port to listen on", default=8000, parse=whole_number(0, 65535))
    auth_url: str = setting("AUTH_URL", "where auth is, such as http://auth:8000", default="http://127.0.0.1:8001")
    data_key: bytes = setting("OUTLAY_DATA_KEY", "64 hex digits, the same in every service", parse=parse_key)


Build = Callable[[Mapping[str, str], dict[str, Any], Callable[[str], dict[str, Any]]], Service]
"""(environment, what every service is given, verify) -> the service."""


def main_of(name: str, build: Build, arguments: Sequence[str] | None = None) -> int:
    """Run a service's command; return the exit status.

    There is no broker to relay to yet: events wait in the outbox, safe, until a process that has one takes them.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    parser.add_argument("command", choices=["serve", "migrate"])
    options = parser.parse_args(arguments)
    try:
        settings = read_settings(ProcessSettings, os.environ)
        configure_logs(settings.log_level)
        service = build(os.environ, _shared(settings), TokenVerifier(lambda: fetch_jwks(settings.auth_url)))
        if options.command == "migrate":
            service.migrate()
        else:
            serve(
                service.web, host=settings.host, port=settings.port, on_ready=lambda port: _say(f"{name} is ready on port {port}")
            )
        service.close()
    except SettingsError as error:
        _complain([f"{name} cannot start with these settings:", *(f"  {problem}" for problem in error.problems)])
        return 2
    except SchemaTooNewError as error:
        _complain([str(error)])
        return 1
    return 0


def fetch_jwks(auth_url: str) -> Mapping[str, Any]:
    """Return auth's public keys; raises UnavailableError."""
    try:
        answer = httpx.get(f"{auth_url}/api/v1/internal/jwks", timeout=3)
        keys: Mapping[str, Any] = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        message = "Nobody can be recognised for the moment; try again soon."
        raise UnavailableError(message, headers={"Retry-After": "5"}) from error
    return keys


def _shared(settings: ProcessSettings) -> dict[str, Any]:
    clock = clock_from(settings.clock)
    return {"vault": Vault(settings.data_key), "metrics": Metrics(), "clock": clock, "ids": uuid7, "wake": lambda: None}


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is the command line


def _complain(lines: Sequence[str]) -> None:
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201
