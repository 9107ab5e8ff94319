"""`python -m notifier serve | work | migrate | events`: the notifier as processes of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from chassis.command import main_of
from chassis.service import Service
from chassis.settings import read_settings
from notifier.adapters.mailers import mailer_from
from notifier.app import build
from notifier.settings import NotifierSettings


def _service(environ: Mapping[str, str], shared: dict[str, Any], verify: Callable[[str], dict[str, Any]]) -> Service:
    settings = read_settings(NotifierSettings, environ)
    return build(settings, verify=verify, mailer=mailer_from(settings, shared["clock"]), **shared)


if __name__ == "__main__":
    sys.exit(main_of("notifier", _service))
