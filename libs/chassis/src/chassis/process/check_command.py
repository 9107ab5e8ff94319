"""The command `check`: its options and its output."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chassis.runtime.probes import Finding, Probe, ProbeError, as_json, as_lines
from chassis.runtime.problems import UnavailableError


def add_check_command(commands: Any) -> None:
    """Add the command to an argument parser's subcommands."""
    check: argparse.ArgumentParser = commands.add_parser("check", help="try every connection, and say what is wrong with it")
    check.add_argument("--json", action="store_true", help="print JSON")


def say_findings(findings: Sequence[Finding], options: argparse.Namespace, *, say: Callable[[str], None]) -> int:
    """Print the findings; return the exit status: 1 if anything is wrong."""
    say(as_json(findings) if options.json else as_lines(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def auth_probe(auth_url: str, fetch_jwks: Callable[[str], Mapping[str, Any]]) -> Probe:
    """Return a probe that fetches auth's public keys."""

    def try_it() -> str:
        try:
            keys = fetch_jwks(auth_url)["keys"]
        except (UnavailableError, LookupError, TypeError) as error:
            message = (
                f"AUTH_URL: {auth_url} does not answer like auth; is `python -m auth serve` running there, and its store available?"
            )
            raise ProbeError(message) from error
        return f"{auth_url} answers, with {len(keys)} {'key' if len(keys) == 1 else 'keys'} to verify tokens with"

    # Only `serve` verifies tokens.
    return Probe("auth", try_it, processes=frozenset({"serve"}))
