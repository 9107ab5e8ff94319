"""`python -m notifier serve | work | migrate | check | settings | events`: the notifier as processes of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from chassis.process.command import main_of
from chassis.process.service import Service
from chassis.runtime.settings import read_settings


def _service(environ: Mapping[str, str], shared: dict[str, Any], verify: Callable[[str], dict[str, Any]]) -> Service:
    # Imported here, since `events` does not need them and they take a second.
    from notifier.app import build
    from notifier.delivery.mailers.choice import mailer_from
    from notifier.settings import NotifierSettings

    settings = read_settings(NotifierSettings, environ)
    return build(settings, verify=verify, mailer=mailer_from(settings, shared["clock"]), **shared)


def _settings(_command: str) -> type:
    from notifier.settings import NotifierSettings

    return NotifierSettings


if __name__ == "__main__":
    sys.exit(main_of("notifier", _service, _settings))
