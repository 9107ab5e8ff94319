"""No password, key, token or address appears in logs, metrics, traces or problems, or on a stolen disk."""

from __future__ import annotations

import base64
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from testing.clients.client import PASSWORD, Person
from testing.servers.collector import Collector
from testing.servers.mailprocess import MailProcess
from testing.servers.ports import free_ports
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

SENDGRID_KEY = "SG.s3ndgrid-k3y-that-nobody-may-read"
WRONG_PASSWORD = "a wrong but long passphrase"
STRANGER = "stranger.at.the.door@outlay.example"


@dataclass
class Life:
    """What a person did with Outlay, and every secret that they used."""

    process: OutlayProcess
    told: list[str] = field(default_factory=list)
    """What was answered or measured for anybody to read."""
    secrets: dict[str, str] = field(default_factory=dict)


def links_in(mails: MailProcess) -> list[str]:
    """Return the secrets of the emailed links."""
    return re.findall(r"token=([\w.-]+)", str(mails.look("accepted", full=1)))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A person signs up, exceeds a budget, mistypes and resets the password, and makes a token; the provider fails at first."""
    folder = tmp_path_factory.mktemp("secrets")
    data_key = secrets.token_hex(32)
    with ExitStack() as stack:
        collector = stack.enter_context(Collector())
        mails = stack.enter_context(MailProcess(folder / "mailserver", key=SENDGRID_KEY))
        mails.order("fault", kind="refuse_401", times=2)
        process = stack.enter_context(
            OutlayProcess(
                folder / "data",
                OUTLAY_LOG_LEVEL="debug",
                OUTLAY_DATA_KEY=data_key,
                OUTLAY_TRACES=collector.url,
                NOTIFIER_MAIL=f"sendgrid:{mails.url}",
                SENDGRID_API_KEY=SENDGRID_KEY,
                NOTIFIER_FROM="Outlay <outlay@outlay.example>",
            )
        )
        life = Life(process)
        person = Person(process.url).verify(mails)
        session = next(iter(person.cookies.jar)).value
        assert session is not None
        token = person.access_token(name="backup", scopes=["read"])["token"]
        person.budget("10.00")
        person.spend("12.00")
        told = [
            httpx.post(f"{process.url}/api/v1/session", json={"email": person.email, "password": WRONG_PASSWORD}, timeout=60),
            httpx.post(f"{process.url}/api/v1/session", json={"email": STRANGER, "password": WRONG_PASSWORD}, timeout=60),
            httpx.post(
                f"{process.url}/api/v1/users", json={"email": person.email, "password": PASSWORD, "name": "Again"}, timeout=60
            ),
            httpx.post(f"{process.url}/api/v1/users", json={"email": f"{STRANGER}@", "password": "short"}, timeout=60),
            httpx.post(f"{process.url}/api/v1/users", content=b'{"email": "' + STRANGER.encode(), timeout=60),
            httpx.get(f"{process.url}/api/v1/expenses", headers={"Authorization": f"Bearer {token}x"}, timeout=60),
            httpx.get(f"{process.url}/api/v1/expenses", headers={"Authorization": f"Bearer {token}"}, timeout=60),
            httpx.post(f"{process.url}/api/v1/password-resets", json={"email": person.email}, timeout=60),
            httpx.post(f"{process.url}/api/v1/password-resets/nothing/{session}", json={"password": PASSWORD}, timeout=60),
        ]
        assert [answer.status_code for answer in told[:3]] == [401, 401, 409]
        eventually(lambda: len(links_in(mails)) >= 3)  # verification, reset, and to stop alerts
        told.append(httpx.get(f"{process.management}/metrics", timeout=60))
        told.append(httpx.get(f"{process.management}/readyz", timeout=60))
        life.told = [answer.text for answer in told]
        life.secrets = {
            "the address": person.email,
            "a stranger's address": STRANGER,
            "the password": PASSWORD,
            "the wrong password": WRONG_PASSWORD,
            "the session": session,
            "the access token": token,
            "SendGrid's key": SENDGRID_KEY,
            "the data key": data_key,
            **{f"mailed link {n}": link for n, link in enumerate(sorted(set(links_in(mails))))},
        }
        assert process.stop() == 0
        life.told.append(str(collector.spans))
        yield life


def found_in(text: bytes, hidden: dict[str, str]) -> set[str]:
    """Return the names of secrets that stand in a text, as they are or in another spelling."""
    found = set()
    for name, secret in hidden.items():
        raw = secret.encode()
        spellings = {
            raw,
            raw.lower(),
            base64.b64encode(raw).rstrip(b"="),
            base64.urlsafe_b64encode(raw).rstrip(b"="),
            raw.hex().encode(),
        }
        spellings.add(httpx.QueryParams({"x": secret}).__str__()[2:].encode())
        if any(spelling in text for spelling in spellings):
            found.add(name)
    return found


def test_the_search_finds_planted_secrets() -> None:
    for spelling in ("maria@outlay.example", "maria%40outlay.example", base64.b64encode(b"maria@outlay.example").decode()):
        assert found_in(f"said {spelling} to".encode(), {"the address": "maria@outlay.example"}) == {"the address"}


def test_nothing_secret_is_logged_measured_traced_or_answered(life: Life) -> None:
    log = life.process.log.read_text()
    assert log.count("\n") > 10, "it logged what happened"
    assert found_in(log.encode(), life.secrets) == set()
    assert found_in("\n".join(life.told).encode(), life.secrets) == set()


def test_no_secret_is_on_the_disk(life: Life) -> None:
    files = [path for path in life.process.data.rglob("*") if path.is_file()]
    assert {"auth.db", "notifier.db", "bus.db"} <= {path.name for path in files}
    found = {path.name: names for path in files if (names := found_in(path.read_bytes(), life.secrets))}
    assert found == {}


BROKEN = {
    "auth serve": {"AUTH_STORE": "cloudant://root:{secret}@127.0.0.1:{port}/accounts"},
    "auth migrate": {
        "AUTH_STORE": "cloudants://127.0.0.1:{port}/accounts?iam=https://127.0.0.1:{port}",
        "AUTH_STORE_APIKEY": "{secret}",
    },
    "expenses serve": {
        "EXPENSES_DB": "mysql+pymysql://root:{secret}@127.0.0.1:{port}/expenses",
        "RECEIPTS": "cos://receipts?endpoint=http://127.0.0.1:{port}",
        "COS_ACCESS_KEY": "id",
        "COS_SECRET_KEY": "{secret}",
    },
    "budgets check": {"BUDGETS_DB": "ibm_db_sa://root:{secret}@127.0.0.1:{port}/OUTLAY"},
    "notifier work": {
        "NOTIFIER_DB": "sqlite:///{folder}/n.db",
        "NOTIFIER_MAIL": "smtp://root@127.0.0.1:{port}",
        "SMTP_PASSWORD": "{secret}",
        "OUTLAY_BUS": "amqp://root:{secret}@127.0.0.1:{port}/",
    },
    "auth keys list": {
        "OUTLAY_DATA_KEY": "wrapped:root:{secret}",
        "OUTLAY_KEY_PROTECT_APIKEY": "{secret}",
        "OUTLAY_KEY_PROTECT": "https://127.0.0.1:{port}?instance=i&iam=https://127.0.0.1:{port}",
    },
}
"""Commands, and what they are told of servers that are away, or wrongly."""


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, str]]]:
    """Run each command against nobody; return by command the secret that it was given and all that it wrote and answered."""
    folder = tmp_path_factory.mktemp("failing")
    done: dict[str, tuple[str, str]] = {}
    with ExitStack() as stack:
        running = {command: Failing(folder, command, stack) for command in BROKEN}
        for command, one in running.items():
            done[command] = (one.secret, one.words())
        yield done


class Failing:
    """One process with credentials for servers that are away."""

    def __init__(self, folder: Path, command: str, stack: ExitStack) -> None:
        self.secret = f"s3cret-{secrets.token_hex(8)}"
        nobody, self.port = free_ports(2)
        self.log = folder / f"{command}.log"
        self._serves = command.split()[1] in {"serve", "work"}
        told = {name: text.format(secret=self.secret, port=nobody, folder=folder) for name, text in BROKEN[command].items()}
        environ = {
            **os.environ,
            "OUTLAY_DATA_KEY": secrets.token_hex(32),
            "OUTLAY_GATEWAY_KEY": secrets.token_hex(32),
            "OUTLAY_PORT": str(self.port),
            "OUTLAY_LOG_LEVEL": "debug",
        }
        environ |= {
            "OUTLAY_URL": "https://outlay.example",
            "NOTIFIER_FROM": "outlay@outlay.example",
            "PYTHONWARNINGS": "ignore",
            **told,
        }
        with self.log.open("wb") as log:
            self._process = subprocess.Popen([sys.executable, "-m", *command.split()], env=environ, stdout=log, stderr=log)
        stack.callback(self._end)

    def words(self) -> str:
        """Return all that it wrote, and answered to whoever asked."""
        answers = self._asked() if self._serves else []
        if not self._serves:
            self._process.wait(150)
        return self.log.read_text() + "\n".join(answers)

    def _asked(self) -> list[str]:
        url = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(httpx.TransportError):
                httpx.get(f"{url}/livez", timeout=5)
                break
            time.sleep(0.1)
        assert self._process.poll() is None, self.log.read_text()
        headers = {"Authorization": f"Bearer {self.secret}"}
        paths = ("readyz", "metrics", "api/v1/expenses", "api/v1/users/me")
        asked = [httpx.get(f"{url}/{path}", headers=headers, timeout=60).text for path in paths]
        body = {"email": STRANGER, "password": self.secret}
        return [*asked, httpx.post(f"{url}/api/v1/session", json=body, timeout=60).text]

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(60)


@pytest.mark.parametrize("command", BROKEN)
def test_an_unreachable_server_is_reported_without_its_password(failing, command: str) -> None:
    secret, words = failing[command]
    assert words.strip(), "it said something"
    assert found_in(words.encode(), {"the password": secret, "an address": STRANGER}) == set()
