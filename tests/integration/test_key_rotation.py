"""At home, a key is rotated and removed while Outlay runs; nothing is lost or interrupted."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx

from chassis.security.encryption import key_id_of
from testing.clients.client import PASSWORD, Person
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path


def outlay(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "OUTLAY_DATA": str(data), "PYTHONWARNINGS": "ignore"}
    return subprocess.run([sys.executable, "-m", "outlay", *arguments], check=False, capture_output=True, text=True, env=environ)


def signed_in(process: OutlayProcess, person: Person) -> int:
    body = {"email": person.email.upper(), "password": PASSWORD}
    return httpx.post(f"{process.url}/api/v1/session", json=body, timeout=60).status_code


def test_a_key_is_rotated_while_everything_runs(tmp_path: Path) -> None:
    process = OutlayProcess(tmp_path / "data")
    keys = process.data / "keys" / "data.key"
    with process:
        person = Person(process.url).verify(process)
    old, new = keys.read_text().strip(), secrets.token_hex(32)
    keys.write_text(f"{new}\n{old}  # until everything is re-encrypted\n")
    with process:
        done = outlay(process.data, "migrate", "rekey")
        assert done.returncode == 0, done.stderr
        assert "auth: email addresses: 1 seen, 1 re-encrypted" in done.stdout
        assert "notifier: recipients' addresses: 1 seen, 1 re-encrypted" in done.stdout
        assert f"this store no longer needs {key_id_of(bytes.fromhex(old))}" in done.stdout
        assert signed_in(process, person) == 201
    keys.write_text(f"{new}\n")
    with process:
        assert signed_in(process, person) == 201
        assert Person(process.url, email="somebody.else@outlay.example")
        person.budget("10.00")
        person.spend("12.00")
        eventually(lambda: process.mails("budget_exceeded"))
    keys.write_text(f"{old}\n")
    refused = outlay(process.data, "run")
    assert refused.returncode == 1
    assert "which is not configured" in refused.stderr
    assert "Traceback" not in refused.stderr
