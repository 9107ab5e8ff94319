"""`python -m budgets serve | work | migrate | check | settings | events`: budgets as processes of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from chassis.process.command import main_of
from chassis.process.service import Service
from chassis.runtime.settings import read_settings


def _service(environ: Mapping[str, str], shared: dict[str, Any], verify: Callable[[str], dict[str, Any]]) -> Service:
    # Imported here, since `events` needs none of it and it takes a second.
    from budgets.app import build
    from budgets.settings import BudgetsSettings

    return build(read_settings(BudgetsSettings, environ), verify=verify, **shared)


def _settings(_command: str) -> type:
    from budgets.settings import BudgetsSettings

    return BudgetsSettings


if __name__ == "__main__":
    sys.exit(main_of("budgets", _service, _settings))
