"""`python -m auth serve | work | migrate | check | settings | events`: auth in its own processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from chassis.process.command import main_of
from chassis.process.service import Service
from chassis.runtime.settings import read_settings


def _service(environ: Mapping[str, str], shared: dict[str, Any], _verify: Callable[[str], dict[str, Any]]) -> Service:
    # Imported here because it takes a second and `events` does not need it.
    from auth.app import build
    from auth.settings import AuthSettings

    # Auth verifies with its own keys and need not fetch them over HTTP.
    return build(read_settings(AuthSettings, environ), **shared).service


def _settings(command: str) -> type:
    from auth.settings import AuthServerSettings, AuthSettings

    return AuthServerSettings if command in ("serve", "settings") else AuthSettings


if __name__ == "__main__":
    sys.exit(main_of("auth", _service, _settings))
