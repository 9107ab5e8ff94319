"""A service by itself on the command line: `python -m <service> serve | work | migrate | check | settings | events | keys`."""

from __future__ import annotations

import argparse
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chassis.messaging.broker_settings import BrokerSettings
from chassis.messaging.rabbitmq import BrokerAddress, BrokerUnavailableError, RabbitBus
from chassis.messaging.rabbitmq.probe import broker_probe
from chassis.messaging.rabbitmq.topology import suite_queues
from chassis.platform import Bound
from chassis.process.check_command import add_check_command, auth_probe, say_findings
from chassis.process.declared_settings import problems_of
from chassis.process.events_command import add_events_command, report_encrypted, run_events_command
from chassis.process.keys_command import NEW_SIGNING_KEY, add_keys_command, add_migrate_command, run_keys_command
from chassis.process.migrate_command import migrate
from chassis.process.processes import ServeProcess, WorkProcess
from chassis.process.server_settings import ServiceSettings
from chassis.process.service import Service
from chassis.process.settings_command import AGAIN, LASTING, add_settings_command, complain, say, say_problems, say_settings
from chassis.process.startup_checks import probes_of, run_startup_checks
from chassis.runtime.clock import clock_from
from chassis.runtime.ids import uuid7
from chassis.runtime.logs import configure_logs
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import Probe, run_probes, used_by
from chassis.runtime.problems import UnavailableError
from chassis.runtime.settings import SettingsError, read_settings, setting
from chassis.runtime.span_export import traces_from
from chassis.security.audit_log import run_recorded
from chassis.security.data_keys import KeySettings, encryptor_from
from chassis.security.encryption import DecryptionError, Encryptor
from chassis.security.jwks import fetch_jwks
from chassis.security.key_protect import KeyProtectError
from chassis.security.rekeying import report
from chassis.security.tokens import TokenVerifier
from chassis.storage.migrations import HalfImportedError
from chassis.storage.schema import SchemaTooNewError


@dataclass(frozen=True, kw_only=True)
class ProcessSettings(BrokerSettings, ServiceSettings):
    """The settings of a process with a store."""

    instance: str = setting(
        "OUTLAY_INSTANCE",
        "a name that no other process ever has and that a restart keeps, such as a pod's in a StatefulSet",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class WorkSettings(ProcessSettings):
    """The settings of `work`, which needs a broker."""

    bus: str = setting("OUTLAY_BUS", "the broker whose events are to be handled", bound=Bound("broker"), secret=True)


Build = Callable[[Mapping[str, str], dict[str, Any], Callable[[str], dict[str, Any]]], Service]
"""(environment, shared arguments, verify) -> the service."""


def main_of(name: str, build: Build, own: Callable[[str], type]) -> int:
    """Run a service's command; return the exit status. `own` returns the settings class for a command."""
    options = _parser(name).parse_args()
    os.umask(0o077)  # its files are for nobody else on this machine
    try:
        return run_recorded(name, options, lambda: _do(name, build, own, options))
    except SettingsError as error:
        return say_problems(name, error, options)
    except (BrokerUnavailableError, KeyProtectError) as error:
        complain([str(error)])
        return AGAIN
    except (SchemaTooNewError, HalfImportedError, DecryptionError) as error:
        complain([f"{name}: something in the store is {error}" if isinstance(error, DecryptionError) else str(error)])
        return LASTING
    except UnavailableError as error:
        cause = error.__cause__
        complain([f"{name}: {error}", *([f"  {type(cause).__name__}: {cause}"] if cause else [])])
        return AGAIN


def _do(name: str, build: Build, own: Callable[[str], type], options: argparse.Namespace) -> int:
    if options.command in _WITHOUT_STORE:
        return _WITHOUT_STORE[options.command](name, options)
    of_process = WorkSettings if options.command == "work" else ProcessSettings
    kinds = (of_process, own(options.command))
    if options.command == "settings":
        return say_settings(name, kinds, options)
    if problems := problems_of(kinds, os.environ):
        raise SettingsError(problems)
    settings = read_settings(of_process, os.environ)
    configure_logs(settings.log_level)
    return _run(name, build, settings, options)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer requests; what they commit is relayed to the broker")
    commands.add_parser("work", help="handle events from the broker, and carry out deferred work")
    add_migrate_command(commands, signs=name == "auth")
    add_check_command(commands)
    add_settings_command(commands)
    add_events_command(commands)
    add_keys_command(commands)
    return parser


def _run(name: str, build: Build, settings: ProcessSettings, options: argparse.Namespace) -> int:
    command: str = options.command
    encryptor = encryptor_from(settings)
    wake_up, metrics = threading.Event(), Metrics(spans=traces_from(settings))
    shared = {
        "encryptor": encryptor,
        "metrics": metrics,
        "clock": clock_from(settings.clock),
        "ids": uuid7,
        "wake": wake_up.set,
        # Two processes of one name would mistake each other's leases for their own.
        "relay_owner": f"{command}:{settings.instance or uuid7()}"[:64],
    }
    service = build(os.environ, shared, TokenVerifier(lambda: fetch_jwks(settings.auth_url), name))
    try:
        if command == "migrate" and options.what == "rekey":
            return _rekey(service, encryptor, settings)
        if command == "migrate" and options.what == NEW_SIGNING_KEY:
            service.rotate()
        elif command == "migrate":
            return migrate(service, complain=complain)
        elif command == "check":
            used = used_by(settings.process, [*probes_of(service), *_shared_probes(name, settings)])
            return say_findings(run_probes(used), options, say=say)
        else:
            run_startup_checks(service)
            process = _process(command, service, _bus(command, service, settings, metrics, wake_up), metrics, wake_up)
            process.run(
                host=settings.host,
                port=settings.port,
                drain_seconds=settings.drain_seconds,
                on_ready=lambda port: say(f"{name} is ready on port {port}"),
            )
    finally:
        service.close()
        metrics.spans.close()
    return 0


def _shared_probes(name: str, settings: ProcessSettings) -> list[Probe]:
    probes = [broker_probe(settings.broker)] if settings.broker else []
    return probes if name == "auth" else [*probes, auth_probe(settings.auth_url, fetch_jwks)]


def _rekey(service: Service, encryptor: Encryptor, settings: BrokerSettings) -> int:
    done = report(service.name, service.rekey(), encryptor.key_ids, say=say)
    if settings.broker is not None:
        with _letters(service.name, settings.broker) as bus:
            report_encrypted(bus, encryptor.key_ids[1:], say=say)
    return 0 if done else 1


def _bus(command: str, service: Service, settings: BrokerSettings, metrics: Metrics, wake_up: threading.Event) -> RabbitBus | None:
    if settings.broker is None:
        return None
    queues = service.queues if command == "work" else ()
    return RabbitBus(f"{service.name} {command}", settings.broker, queues, metrics=metrics, on_ready=wake_up.set)


def _process(
    command: str, service: Service, bus: RabbitBus | None, metrics: Metrics, wake_up: threading.Event
) -> ServeProcess | WorkProcess:
    if command == "serve":
        return ServeProcess(service, bus, metrics, wake_up)
    if bus is None:
        raise SettingsError(["OUTLAY_BUS: is missing: the broker whose events are to be handled"])
    return WorkProcess(service, bus, metrics, wake_up)


def _events(name: str, options: argparse.Namespace) -> int:
    settings = read_settings(BrokerSettings, os.environ)
    configure_logs(settings.log_level)
    if settings.broker is None:
        raise SettingsError(["OUTLAY_BUS: is missing: the broker whose dead letters this command manages"])
    with _letters(name, settings.broker) as bus:
        run_events_command(bus, options, say=say)
    return 0


@contextmanager
def _letters(name: str, broker: BrokerAddress) -> Iterator[RabbitBus]:
    own = [queue for queue in suite_queues() if queue.startswith(f"{name}.")]
    bus = RabbitBus(f"{name} events", broker, metrics=Metrics(), dead_letters_of=own)
    try:
        yield bus
    finally:
        bus.stop()


def _keys(_name: str, options: argparse.Namespace) -> int:
    settings = read_settings(KeySettings, os.environ)
    configure_logs(settings.log_level)
    run_keys_command(settings, options.action, say=say)
    return 0


_WITHOUT_STORE: dict[str, Callable[[str, argparse.Namespace], int]] = {"events": _events, "keys": _keys}
