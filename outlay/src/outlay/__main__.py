"""The command line: `outlay run`, `demo`, `migrate rekey`, `keys`, `events`, `openapi`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from typing import TYPE_CHECKING

from chassis.bus.embedded import EmbeddedBus
from chassis.data_keys import keys_in
from chassis.key_protect import KeyProtectError
from chassis.keys_command import add_keys_command, add_migrate_command, look_after_keys
from chassis.letters import add_events_command, look_after, tell_of_sealed
from chassis.logs import configure_logs
from chassis.metrics import Metrics
from chassis.settings import SettingsError, read_settings
from chassis.spec import load_spec, merge_specs
from chassis.vault import SealError
from outlay.settings import SERVICES, HomeSettings

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "openapi":
        document = merge_specs(load_spec("gateway"), [load_spec(name) for name in SERVICES])
        _say(json.dumps(document, indent=2))
        return 0
    try:
        settings = read_settings(HomeSettings, os.environ)
        configure_logs(settings.log_level)
        return _COMMANDS[options.command](settings, options)
    except SettingsError as error:
        _complain(["Outlay cannot start with these settings:", *(f"  {problem}" for problem in error.problems)])
        return 2
    except (KeyProtectError, SealError) as error:
        _complain([f"Outlay cannot read its data: {error}"])
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="outlay", description="Outlay, the expense tracker that tells you in time.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start the whole suite in this process")
    commands.add_parser("demo", help="the same, with a demo account")
    commands.add_parser("openapi", help="print the OpenAPI document of the whole API")
    add_migrate_command(commands)
    add_events_command(commands)
    add_keys_command(commands)
    return parser


def _run(settings: HomeSettings, options: argparse.Namespace) -> int:
    # Imported here: `outlay events` and `outlay openapi` need none of it, and it takes a second.
    from chassis.sql.migrations import SchemaTooNewError  # noqa: PLC0415
    from outlay.demo import fill_with_household  # noqa: PLC0415
    from outlay.server import DataFolderInUseError, only_one, serve  # noqa: PLC0415
    from outlay.suite import build_suite  # noqa: PLC0415

    def on_ready(port: int) -> None:
        address = f"http://{settings.host}:{port}"
        if options.command == "demo":
            threading.Thread(target=fill_with_household, args=(address, _say), name="demo", daemon=True).start()
        else:
            _say(f"Outlay is ready: {settings.url or address}   (data in {settings.data.resolve()}; Ctrl-C stops it)")

    try:
        with only_one(settings.data):
            serve(build_suite(settings, os.environ), host=settings.host, port=settings.port, on_ready=on_ready)
    except (DataFolderInUseError, SchemaTooNewError) as error:
        _complain([str(error)])
        return 1
    _say("Outlay has stopped.")
    return 0


def _migrate(settings: HomeSettings, options: argparse.Namespace) -> int:
    # Imported here: see `_run`.
    from chassis.rekeying import report  # noqa: PLC0415
    from outlay.suite import build_suite  # noqa: PLC0415

    suite = build_suite(settings, os.environ)  # which brings the stores to the newest schema
    try:
        asked = suite.services if options.what == "rekey" else ()
        done = [report(each.name, each.rekey(), suite.vault.key_ids, say=_say) for each in asked]
        if asked:
            tell_of_sealed(suite.bus, suite.vault.key_ids[1:], say=_say)
    finally:
        suite.bus.close()
        suite.close()
    return 0 if all(done) else 1


def _keys(settings: HomeSettings, options: argparse.Namespace) -> int:
    given = keys_in(settings.key_file) if settings.key_file.exists() else ()
    look_after_keys(settings, options.action, say=_say, given=given)
    return 0


def _events(settings: HomeSettings, options: argparse.Namespace) -> int:
    path = settings.data / "bus.db"
    if not path.exists():
        _complain([f"There are no events in {settings.data}; is OUTLAY_DATA right?"])
        return 1
    bus = EmbeddedBus(path, [], metrics=Metrics())
    look_after(bus, options, say=_say)
    bus.close()
    return 0


_COMMANDS = {"run": _run, "demo": _run, "migrate": _migrate, "keys": _keys, "events": _events}


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is the command line


def _complain(lines: Sequence[str]) -> None:
    print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
