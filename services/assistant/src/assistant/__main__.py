"""`python -m assistant serve | check | settings`: the assistant as a process of its own. It has no store to migrate."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.probe import gateway_probe
from assistant.settings import AssistantSettings, ProcessSettings
from chassis.process.check_command import add_check_command, auth_probe, say_findings
from chassis.process.declared_settings import problems_of
from chassis.process.settings_command import AGAIN, add_settings_command, complain, say, say_problems, say_settings
from chassis.runtime.clock import clock_from
from chassis.runtime.ids import uuid7
from chassis.runtime.logs import configure_logs
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import run_probes, used_by
from chassis.runtime.settings import SettingsError, read_settings
from chassis.runtime.span_export import traces_from
from chassis.security.data_keys import encryptor_from
from chassis.security.jwks import fetch_jwks
from chassis.security.key_protect import KeyProtectError
from chassis.security.tokens import TokenVerifier
from chassis.web.server import serve

if TYPE_CHECKING:
    import httpx

    from assistant.app import AssistantService

_KINDS = (ProcessSettings, AssistantSettings)


def main() -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args()
    if options.command == "settings":
        return say_settings("assistant", _KINDS, options)
    try:
        return _run(options)
    except SettingsError as error:
        return say_problems("assistant", error, options)
    except KeyProtectError as error:
        complain([str(error)])
        return AGAIN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m assistant")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer requests")
    add_check_command(commands)
    add_settings_command(commands)
    return parser


def _run(options: argparse.Namespace) -> int:
    if problems := problems_of(_KINDS, os.environ):
        raise SettingsError(problems)
    settings, own = read_settings(ProcessSettings, os.environ), read_settings(AssistantSettings, os.environ)
    configure_logs(settings.log_level)
    metrics, api = Metrics(spans=traces_from(settings)), _api(settings)
    service = _service(settings, own, metrics, api)
    try:
        if options.command == "check":
            probes = [auth_probe(settings.auth_url, fetch_jwks), gateway_probe(settings.api_url, api), *service.probes()]
            return say_findings(run_probes(used_by(settings.process, probes)), options, say=say)
        serve(
            service.web,
            host=settings.host,
            port=settings.port,
            drain_seconds=settings.drain_seconds,
            on_ready=lambda port: say(f"assistant is ready on port {port}"),
        )
    finally:
        service.close()
        api.close()
        metrics.spans.close()
    return 0


def _service(settings: ProcessSettings, own: AssistantSettings, metrics: Metrics, api: httpx.Client) -> AssistantService:
    # Imported here, since `settings` does not need it, and it takes a second.
    from assistant.app import build, tools_from
    from assistant.builtin import BuiltIn

    return build(
        own,
        verify=TokenVerifier(lambda: fetch_jwks(settings.auth_url), "assistant"),
        encryptor=encryptor_from(settings),
        metrics=metrics,
        clock=clock_from(settings.clock),
        builtin=BuiltIn(new_id=uuid7),
        tools_of=tools_from(api),
        url=settings.url or settings.api_url,
    )


def _api(settings: ProcessSettings) -> httpx.Client:
    """Return a client for the gateway, which accepts only its address in browsers as the host."""
    from assistant.tools.client import new_client

    client = new_client(settings.api_url)
    if settings.url:
        client.headers["Host"] = urlsplit(settings.url).netloc
    return client


if __name__ == "__main__":
    sys.exit(main())
