"""The command `check`, and what is looked at before a process begins to serve."""

from __future__ import annotations

import argparse
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chassis.probes import Finding, Probe, Trouble, as_json, as_lines
from chassis.problems import UnavailableError
from chassis.sql.schema import SchemaTooNewError
from chassis.vault import SealError

if TYPE_CHECKING:
    from chassis.service import Service

log = logging.getLogger("outlay.check")

_FIRST_LOOK_SECONDS = 3.0
"""How long a store may take before the process begins without having heard from it."""


def add_check_command(commands: Any) -> None:
    """Add the command to an argument parser's subcommands."""
    check: argparse.ArgumentParser = commands.add_parser("check", help="try every connection, and say what is wrong with it")
    check.add_argument("--json", action="store_true", help="say it as JSON")


def say_findings(findings: Sequence[Finding], options: argparse.Namespace, *, say: Callable[[str], None]) -> int:
    """Say what was found; return the exit status: 1 if anything is wrong."""
    say(as_json(findings) if options.json else as_lines(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def auth_probe(auth_url: str, fetch_jwks: Callable[[str], Mapping[str, Any]]) -> Probe:
    """Return a probe that asks auth for the keys by which people are recognised."""

    def try_it() -> str:
        try:
            keys = fetch_jwks(auth_url)["keys"]
        except (UnavailableError, LookupError, TypeError) as error:
            message = f"AUTH_URL: {auth_url} does not answer as auth does; is `python -m auth serve` there, and its store well?"
            raise Trouble(message) from error
        return f"{auth_url} answers, with {len(keys)} {'key' if len(keys) == 1 else 'keys'} to recognise people by"

    return Probe("auth", try_it)


def probes_of(service: Service) -> list[Probe]:
    """Return a service's own probes, and one that opens with its data keys what was sealed with them."""

    def try_keys() -> str:
        try:
            service.check_keys()
        except SealError as error:
            message = f"OUTLAY_DATA_KEY: something in the store is {error}; give every process the keys that it was sealed with"
            raise Trouble(message) from error
        except UnavailableError as error:
            message = "what is sealed cannot be read while the store is not right"
            raise Trouble(message) from error
        return "opens what is sealed in the store"

    return [*service.probes(), Probe("data key", try_keys)]


def look_first(service: Service) -> None:
    """Look at the store before anything is served or handled; one that is away, or not migrated yet, stops nobody from starting.

    Raises:
        SchemaTooNewError: the store is of a version that this code could only damage.
        SealError: something in it is sealed with a data key that is not given.
    """
    found: list[Exception] = []

    def look() -> None:
        try:
            service.check()
            service.check_keys()
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=look, name="first look", daemon=True)
    thread.start()
    thread.join(_FIRST_LOOK_SECONDS)
    for error in found:
        if isinstance(error, SchemaTooNewError | SealError):
            raise error
        log.warning("the store is not ready yet; this process is, and waits for it", extra={"reason": str(error)})
