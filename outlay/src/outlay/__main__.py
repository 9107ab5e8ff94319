"""The command line: `outlay run`, `demo`, `check`, `settings`, `migrate rekey`, `keys`, `events`, `export`, `import`, `mcp`, ..."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.rabbitmq import BrokerAddress, BrokerUnavailableError, RabbitBus
from chassis.messaging.rabbitmq.topology import suite_queues
from chassis.process.check_command import add_check_command, say_findings
from chassis.process.events_command import add_events_command, report_encrypted, run_events_command
from chassis.process.keys_command import add_keys_command, add_migrate_command, run_keys_command
from chassis.process.settings_command import complain, say, say_problems
from chassis.runtime.logs import configure_logs
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import run_probes
from chassis.runtime.settings import SettingsError, read_settings
from chassis.security.audit_log import run_recorded
from chassis.security.data_keys import keys_in
from chassis.security.encryption import DecryptionError
from chassis.security.key_protect import KeyProtectError
from chassis.web.spec import load_spec, merge_specs
from outlay.mcp import ConnectionSettingsError, add_mcp_command, serve_assistant
from outlay.settings import SERVICES, HomeSettings

_REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
"""The address to show for a server that listens on all interfaces, as in a container."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args(arguments)
    os.umask(0o077)  # other users of this machine must not read stores, keys, emails, receipts and exports
    if options.command in _WITHOUT_DATA:
        return _WITHOUT_DATA[options.command](options)
    try:
        settings = read_settings(HomeSettings, os.environ)
        configure_logs(settings.log_level)
        return run_recorded("outlay", options, lambda: _COMMANDS[options.command](settings, options))
    except SettingsError as error:
        return say_problems("Outlay", error, options)
    except (KeyProtectError, DecryptionError) as error:
        complain([f"Outlay cannot read its data: {error}"])
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="outlay", description="Outlay, the expense tracker that tells you in time.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run the whole suite in this process")
    commands.add_parser("demo", help="run it with a demo account")
    commands.add_parser("openapi", help="print the OpenAPI document of the whole API")
    add_migrate_command(commands)
    add_check_command(commands)
    settings = commands.add_parser("settings", help="list the settings of each service")
    settings.add_argument("--json", action="store_true", help="print JSON")
    settings.add_argument("--write", type=Path, metavar="PAGE", help="update the tables of a page such as docs/operate/settings.md")
    add_events_command(commands)
    add_keys_command(commands)
    export = commands.add_parser("export", help="write the data of all services to one file")
    export.add_argument(
        "--all", action="store_true", required=True, help="the data of everybody; people export their own in the web UI"
    )
    export.add_argument("file", type=Path)
    add_mcp_command(commands)
    import_ = commands.add_parser("import", help="read such a file into empty stores")
    import_.add_argument("file", type=Path)
    return parser


def _run(settings: HomeSettings, options: argparse.Namespace) -> int:
    # Imported here: `outlay events` and `outlay openapi` need none of it, and it takes a second.
    from chassis.storage.migrations import HalfImportedError, SchemaTooNewError
    from outlay.demo import fill_with_demo_data
    from outlay.server import DataFolderInUseError, hold_folder, serve
    from outlay.suite import build_suite

    def on_ready(port: int) -> None:
        address = f"http://{_REACHED_AT.get(settings.host, settings.host)}:{port}"
        if options.command == "demo":
            threading.Thread(target=fill_with_demo_data, args=(address, say), name="demo", daemon=True).start()
        else:
            say(f"Outlay is ready: {settings.url or address}   (data in {settings.data.resolve()}; Ctrl-C stops it)")

    try:
        with hold_folder(settings.data):
            serve(
                build_suite(settings, os.environ),
                host=settings.host,
                port=settings.port,
                on_ready=on_ready,
                management_port=settings.management_port,
            )
    except (DataFolderInUseError, SchemaTooNewError, HalfImportedError) as error:
        complain([str(error)])
        return 1
    say("Outlay has stopped.")
    return 0


def _check(settings: HomeSettings, options: argparse.Namespace) -> int:
    from outlay.check import home_probes
    from outlay.services import build_services

    built = build_services(settings, os.environ)
    try:
        return say_findings(run_probes(home_probes(settings, built.services, built.assistant.probes())), options, say=say)
    finally:
        built.close()


def _openapi(_options: argparse.Namespace) -> int:
    document = merge_specs(load_spec("gateway"), [load_spec(name) for name in SERVICES])
    say(json.dumps(document, indent=2))
    return 0


def _settings(options: argparse.Namespace) -> int:
    from outlay.settings_catalogue import as_json, as_lines, written_into

    if options.write:
        options.write.write_text(written_into(options.write.read_text("utf-8")), "utf-8")
    else:
        say(as_json() if options.json else as_lines())
    return 0


def _mcp(options: argparse.Namespace) -> int:
    try:
        serve_assistant(options, os.environ)
    except ConnectionSettingsError as error:
        complain([str(error)])
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _migrate(settings: HomeSettings, options: argparse.Namespace) -> int:
    # Imported here: see `_run`.
    from chassis.security.rekeying import report
    from outlay.suite import build_suite

    suite = build_suite(settings, os.environ)  # which brings the stores to the newest schema
    try:
        asked = suite.services if options.what == "rekey" else ()
        done = [report(each.name, each.rekey(), suite.encryptor.key_ids, say=say) for each in asked]
        if asked:
            report_encrypted(suite.bus, suite.encryptor.key_ids[1:], say=say)
    finally:
        suite.close()
    return 0 if all(done) else 1


def _keys(settings: HomeSettings, options: argparse.Namespace) -> int:
    given = keys_in(settings.key_file) if settings.key_file.exists() else ()
    run_keys_command(settings, options.action, say=say, given=given)
    return 0


def _events(settings: HomeSettings, options: argparse.Namespace) -> int:
    if settings.broker is not None:
        return _events_at_broker(settings.broker, options)
    path = settings.data / "bus.db"
    if not path.exists():
        complain([f"There are no events in {settings.data}; is OUTLAY_DATA right?"])
        return 1
    bus = EmbeddedBus(path, [], metrics=Metrics())
    run_events_command(bus, options, say=say)
    bus.close()
    return 0


def _events_at_broker(broker: BrokerAddress, options: argparse.Namespace) -> int:
    bus = RabbitBus("home events", broker, metrics=Metrics(), dead_letters_of=list(suite_queues()))
    try:
        run_events_command(bus, options, say=say)
    except BrokerUnavailableError as error:
        complain([str(error)])
        return 1
    finally:
        bus.stop()
    return 0


def _transfer(settings: HomeSettings, options: argparse.Namespace) -> int:
    from outlay.transfer import command

    run = command.export_command if options.command == "export" else command.import_command
    try:
        run(settings, os.environ, options.file, say=say)
    except command.REFUSALS as error:
        complain([command.sentence_of(error)])
        return 1
    return 0


_WITHOUT_DATA = {"openapi": _openapi, "settings": _settings, "mcp": _mcp}
_COMMANDS = {
    "run": _run,
    "demo": _run,
    "check": _check,
    "migrate": _migrate,
    "keys": _keys,
    "events": _events,
    "export": _transfer,
    "import": _transfer,
}


if __name__ == "__main__":
    sys.exit(main())
