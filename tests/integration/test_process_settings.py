"""A process with missing or wrong settings lists them and ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("service", "command", "missing"),
    [
        ("auth", "serve", {"AUTH_STORE", "OUTLAY_DATA_KEY", "OUTLAY_GATEWAY_KEY"}),
        ("expenses", "migrate", {"EXPENSES_DB", "RECEIPTS", "OUTLAY_DATA_KEY"}),
        ("budgets", "work", {"BUDGETS_DB", "OUTLAY_BUS", "OUTLAY_DATA_KEY"}),
        ("notifier", "serve", {"NOTIFIER_DB", "NOTIFIER_MAIL", "OUTLAY_DATA_KEY"}),
        ("assistant", "serve", {"OUTLAY_API_URL", "OUTLAY_DATA_KEY"}),
        ("gateway", "serve", {"AUTH_URL", "EXPENSES_URL", "BUDGETS_URL", "NOTIFIER_URL", "OUTLAY_GATEWAY_KEY"}),
    ],
)
def test_a_process_without_settings_lists_all_that_is_missing(service: str, command: str, missing: set[str]) -> None:
    ours = "OUTLAY|AUTH|ASSISTANT|EXPENSES|BUDGETS|NOTIFIER|RECEIPTS"
    bare = {name: value for name, value in os.environ.items() if not re.match(ours, name)}
    done = subprocess.run([sys.executable, "-m", service, command], env=bare, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert set(re.findall(r"(\w+): is missing: ", done.stderr)) == missing


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "OUTLAY_BUS: is missing"),
        ({"OUTLAY_BUS": "http://broker"}, "OUTLAY_BUS: must be amqp://"),
        ({"OUTLAY_BUS": "amqps://broker", "OUTLAY_BUS_CA": "/nowhere.pem"}, "OUTLAY_BUS_CA: there is no file /nowhere.pem"),
        ({"OUTLAY_BUS": "amqp://broker", "OUTLAY_BUS_PASSWORD_FILE": "/nowhere"}, "OUTLAY_BUS_PASSWORD: "),
    ],
)
def test_work_explains_what_is_wrong_with_its_broker_settings(tmp_path: Path, settings, sentence) -> None:
    environ = {**os.environ, "OUTLAY_DATA_KEY": "0" * 64, "BUDGETS_DB": f"sqlite:///{tmp_path}/b.db", **settings}
    done = subprocess.run([sys.executable, "-m", "budgets", "work"], env=environ, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert sentence in done.stderr
