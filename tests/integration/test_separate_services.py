"""The services as separate processes, with RabbitMQ between them and a gateway that calls them over HTTP."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pika
import pytest

from chassis.security.gateway_keys import HEADER
from testing.clients.assistants import connected, over_http
from testing.clients.client import PASSWORD, Person
from testing.clients.inbox import MailFolder
from testing.clients.watcher import Watcher
from testing.servers.collector import Collector
from testing.servers.fleet import Fleet
from testing.servers.proxy import Board, Mode, Proxy
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers.broker import Broker


class Apart(Fleet):
    """One process of each kind, a folder of mails, and a broker behind a proxy."""

    mails: Path
    collector: Collector
    between: Proxy
    vhost: str

    def status(self, name: str, path: str = "readyz") -> tuple[int, dict[str, str]]:
        answer = httpx.get(f"http://127.0.0.1:{self.members[name].management_port}/{path}", timeout=20)
        return answer.status_code, answer.json()["checks"]

    def command(self, service: str, *arguments: str) -> str:
        environ = {**self.members[f"{service}-work-1"].environ, "OUTLAY_BUS": self.vhost}
        done = subprocess.run([sys.executable, "-m", service, *arguments], env=environ, check=True, capture_output=True, text=True)
        return done.stdout

    def end_session_at_auth(self, email: str, session_id: str) -> None:
        """End a session as another gateway would: this one hears of it by auth's event alone."""
        member = self.members["auth-serve-1"]
        gateway = {HEADER: member.environ["OUTLAY_GATEWAY_KEY"]}
        with httpx.Client(base_url=f"http://127.0.0.1:{member.port}/api/v1", headers=gateway, timeout=60) as auth:
            signed_in = auth.post("session", json={"email": email, "password": PASSWORD})
            exchanged = auth.post("internal/tokens", json={"secret": signed_in.cookies["session"]})
            bearer = {"Authorization": f"Bearer {exchanged.json()['tokens']['auth']}"}
            assert auth.delete(f"users/me/sessions/{session_id}", headers=bearer).status_code == 204

    def emails_to(self, address: str) -> list[str]:
        return MailFolder(self.mails).emails_to(address)

    def mailed(self) -> int:
        return sum("X-Outlay-Kind: budget_exceeded" in mail.read_text("utf-8") for mail in self.mails.glob("*.eml"))


@pytest.fixture(scope="module")
def apart(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """Ten processes on loopback, started while nobody answers at the broker's address."""
    folder = tmp_path_factory.mktemp("apart")
    vhost = broker.add_vhost(secrets.token_hex(8))
    with Board() as board, Collector() as collector:
        between = board.proxy([("127.0.0.1", broker.port)])
        between.set(Mode.REFUSE)
        environ = {
            "OUTLAY_DATA_KEY": secrets.token_hex(32),
            "NOTIFIER_MAIL": f"file:{folder}/mail",
            "OUTLAY_TRACES": collector.url,
            "OUTLAY_BUS": vhost.replace(f"127.0.0.1:{broker.port}", between.address),
        }
        fleet = Apart(folder / "data", board, replicas=1, environ=environ)
        fleet.mails, fleet.between, fleet.vhost = folder / "mail", between, vhost
        fleet.collector = collector
        fleet.start()
        yield fleet
        assert fleet.stop() == dict.fromkeys(fleet.members, 0), "SIGTERM ends each in order"


def test_without_its_broker_it_serves_and_catches_up_when_there_is_one(apart: Apart) -> None:
    person = Person(apart.url)
    category = person.made("categories", name="Food")
    person.budget("10.00")
    person.spend("11.00", category_id=category["id"])
    assert person.read("expenses")["items"][0]["amount"]["amount"] == "11.00"
    assert apart.status("expenses-serve-1") == (200, {"store": "ok", "receipts": "ok", "broker": "failing"})
    assert apart.status("gateway-serve-1") == (200, {"broker": "failing"})
    assert apart.status("budgets-work-1") == (503, {"store": "ok", "broker": "failing"})
    assert apart.mailed() == 0
    apart.between.set(Mode.PASS)
    person.verify(apart)
    eventually(lambda: apart.mailed() == 1)
    assert apart.status("budgets-work-1") == (200, {"store": "ok", "broker": "ok"})
    eventually(lambda: apart.status("gateway-serve-1") == (200, {"broker": "ok"}))


def test_a_crossing_goes_through_every_process_to_email_and_browser(apart: Apart) -> None:
    person = Person(apart.url).verify(apart)
    category = person.made("categories", name="Food")
    budget = person.budget("10.00")
    eventually(lambda: apart.status("gateway-serve-1")[1]["broker"] == "ok")
    watcher, before = Watcher(person), apart.mailed()
    expense = person.spend("10.50", category_id=category["id"])
    told, _at = watcher.wait_for("budget.exceeded")
    assert (told["budget_id"], told["expense"]["expense_id"]) == (budget["id"], expense["id"])
    assert watcher.wait_for("alert.raised")[0]["kind"] == "budget.exceeded"
    eventually(lambda: apart.mailed() == before + 1)
    assert person.read("alerts")["items"][0]["expense_id"] == expense["id"]


def test_a_requests_trace_goes_through_every_process_to_the_email(apart: Apart) -> None:
    person, trace = Person(apart.url).verify(apart), secrets.token_hex(16)
    person.budget("10.00")
    body = {"amount": {"amount": "12.00", "currency": "EUR"}, "spent_on": time.strftime("%Y-%m-%d", time.gmtime())}
    person.post("expenses", json=body, headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})

    def spans() -> set[tuple[str, str]]:
        return {(span.service, span.name) for span in apart.collector.spans if span.trace_id == trace}

    whole = {
        ("gateway", "POST /api/v1/expenses"),
        ("expenses", "POST /api/v1/expenses"),
        ("budgets", "process budgets.spending"),
        ("notifier", "process notifier.alerts"),
        ("notifier", "send mail"),
    }
    eventually(lambda: whole <= spans())


def test_a_person_signs_up_and_uses_every_service_over_http(apart: Apart) -> None:
    person = Person(apart.url)
    category = person.made("categories", name="Food")
    person.spend("5.00", category_id=category["id"])
    budget = person.budget("10.00")
    eventually(lambda: person.read(f"budgets/{budget['id']}")["current"]["spent"]["amount"] == "5.00")
    rows = "".join(f"2026-01-01,Shop {n},-{n}.00\n" for n in range(1, 2000))
    answer = person.post("imports", files={"file": ("a.csv", "Date,Payee,Amount\n" + rows, "text/csv")})
    assert answer.json().get("imported") == 1999, answer.text
    assert len(person.get("exports/expenses.csv").text.splitlines()) == 2001
    assert {"/expenses", "/budgets"} <= set(httpx.get(f"{apart.url}/api/v1/openapi.json", timeout=60).json()["paths"])


def test_services_refuse_requests_without_a_service_token(apart: Apart) -> None:
    assert httpx.get(f"{apart.url}/api/v1/expenses", timeout=60).status_code == 401
    assert httpx.get(f"{apart.url}/api/v1/internal/jwks", timeout=60).status_code == 404


@pytest.mark.parametrize("mode", [Mode.PASS, Mode.REFUSE])
def test_a_session_ended_elsewhere_is_refused_at_once(apart: Apart, mode: Mode) -> None:
    apart.between.set(Mode.PASS)
    eventually(lambda: apart.status("gateway-serve-1")[1]["broker"] == "ok")
    person = Person(apart.url)
    session = person.read("session")
    watcher = Watcher(person)
    apart.between.set(mode)
    if mode is Mode.REFUSE:
        apart.between.cut()
    state = "ok" if mode is Mode.PASS else "failing"
    eventually(lambda: apart.status("gateway-serve-1")[1]["broker"] == state)
    assert person.get("expenses").status_code == 200
    apart.end_session_at_auth(person.email, session["id"])
    eventually(lambda: person.get("expenses").status_code == 401)  # a service token lives for two minutes
    apart.between.set(Mode.PASS)
    eventually(lambda: not watcher.is_alive())


def test_auth_gives_service_tokens_to_gateways_alone(apart: Apart) -> None:
    person = Person(apart.url)
    auth = f"http://127.0.0.1:{apart.members['auth-serve-1'].port}/api/v1/internal/tokens"
    body = {"secret": person.cookies["session"]}
    assert httpx.post(auth, json=body, timeout=60).status_code == 403
    assert httpx.post(auth, json=body, headers={HEADER: "a" * 64}, timeout=60).status_code == 403


def test_a_service_token_is_valid_for_one_service_only(apart: Apart) -> None:
    person = Person(apart.url)
    member = apart.members["auth-serve-1"]
    gateway = {HEADER: member.environ["OUTLAY_GATEWAY_KEY"]}
    auth = f"http://127.0.0.1:{member.port}/api/v1/internal/tokens"
    tokens = httpx.post(auth, json={"secret": person.cookies["session"]}, headers=gateway, timeout=60).json()["tokens"]
    paths = {"auth": "users/me", "expenses": "expenses", "budgets": "budgets", "notifier": "alerts", "assistant": "assistant"}
    for service, path in paths.items():
        url = f"http://127.0.0.1:{apart.members[f'{service}-serve-1'].port}/api/v1/{path}"
        opened = {
            name
            for name, token in tokens.items()
            if httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60).status_code == 200
        }
        assert opened == {service}


def test_the_assistant_acts_for_a_person_while_they_are_signed_in(apart: Apart) -> None:
    person = Person(apart.url, locale="en-GB")
    proposed = person.post("assistant/messages", json={"text": "coffee 3.50 today"}).json()
    done = person.post("assistant/messages", json={"choice": "confirm", "conversation": proposed["conversation"]}).json()
    assert (proposed["outcome"], done["outcome"]) == ("proposed", "done")
    assert len(person.read("expenses")["items"]) == 1
    assert apart.status("assistant-serve-1") == (200, {})
    member = apart.members["auth-serve-1"]
    auth = f"http://127.0.0.1:{member.port}/api/v1/internal/tokens"
    gateway = {HEADER: member.environ["OUTLAY_GATEWAY_KEY"]}
    tokens = httpx.post(auth, json={"secret": person.cookies["session"]}, headers=gateway, timeout=60).json()["tokens"]
    with httpx.Client(base_url=f"{apart.url}/api/v1/", timeout=60) as robbed:
        robbed.headers["Authorization"] = f"Bearer outlay_dlg_{tokens['assistant']}"
        assert [robbed.get(path).status_code for path in ("expenses", "users/me", "assistant", "events")] == [200, 403, 403, 403]
        assert person.delete("session").status_code == 204
        assert robbed.get("expenses").status_code == 401


def test_other_assistants_reach_it_through_the_gateway(apart: Apart) -> None:
    person = Person(apart.url)
    person.spend("4.80")
    token = person.access_token(name="assistant", scopes=["read", "write"])["token"]
    with connected(over_http(f"{apart.url}/mcp?write=true", token)) as connection:
        made = connection.changed("add_entry", amount="1.20")
        assert connection.found("spending")["total"] == {"amount": "6.00", "currency": "EUR"}
        connection.found("undo", undo=made["undo"])
    assert len(person.read("expenses")["items"]) == 1


def test_the_trace_of_a_message_goes_through_the_assistant_to_the_data(apart: Apart) -> None:
    person, trace = Person(apart.url, locale="en-GB"), secrets.token_hex(16)
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    person.post("assistant/messages", json={"text": "How much did I spend this month?"}, headers=headers)

    def spans() -> set[tuple[str, str]]:
        return {(span.service, span.name) for span in apart.collector.spans if span.trace_id == trace}

    whole = {
        ("gateway", "POST /api/v1/assistant/messages"),
        ("assistant", "POST /api/v1/assistant/messages"),
        ("assistant", "answer"),
        ("gateway", "GET /api/v1/summary"),
        ("expenses", "GET /api/v1/summary"),
    }
    eventually(lambda: whole <= spans())


def test_check_says_how_the_assistant_reaches_what_it_needs(apart: Apart) -> None:
    environ = apart.members["assistant-serve-1"].environ
    command = [sys.executable, "-m", "assistant", "check"]
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("ok ")) == (0, 2), done.stdout
    for wrong, sentence in (
        ({"OUTLAY_API_URL": "http://127.0.0.1:9"}, "OUTLAY_API_URL: nothing answers"),
        ({"OUTLAY_API_URL": environ["AUTH_URL"]}, "OUTLAY_API_URL: the server at"),
        ({"OUTLAY_URL": "https://elsewhere.example"}, "OUTLAY_URL: the gateway at"),
        ({"AUTH_URL": "http://127.0.0.1:9"}, "AUTH_URL: "),
        ({"OUTLAY_API_URL": "gateway"}, "OUTLAY_API_URL: is 'gateway', must be"),
    ):
        failed = subprocess.run(command, env={**environ, **wrong}, check=False, capture_output=True, text=True)
        assert (failed.returncode, sentence in failed.stdout) == (1, True), failed.stdout


def test_without_the_assistant_everything_else_works(apart: Apart) -> None:
    person = Person(apart.url)
    apart.fronts["assistant"].set(Mode.REFUSE)
    apart.fronts["assistant"].cut()
    assert person.post("assistant/messages", json={"text": "hello"}).status_code == 503
    assert person.get("expenses").status_code == 200
    apart.fronts["assistant"].set(Mode.PASS)
    eventually(lambda: person.post("assistant/messages", json={"text": "hello"}).status_code == 200)


def test_dead_letters_are_listed_replayed_and_purged_by_command(apart: Apart) -> None:
    with pika.BlockingConnection(pika.URLParameters(apart.vhost)) as connection:
        for _ in range(2):
            connection.channel().basic_publish("outlay.events", "expense.recorded", b'{"type": "expense.recorded"}')
    lines = eventually(lambda: apart.command("budgets", "events", "dead").splitlines())
    assert "budgets.spending\texpense.recorded\t1 attempts" in lines[0]
    letter = json.loads(apart.command("budgets", "events", "dead", "--json").splitlines()[0])
    assert "is a required property" in letter["reason"]
    assert apart.command("budgets", "events", "replay", letter["id"]).startswith("1 put back")
    eventually(lambda: len(apart.command("budgets", "events", "dead").splitlines()) == 2)
    assert apart.command("notifier", "events", "dead") == "", "a service sees its own alone"
    assert apart.command("budgets", "events", "purge") == "2 deleted.\n"
    assert apart.command("budgets", "events", "dead") == ""


def test_a_missing_service_is_a_problem_and_the_others_work(apart: Apart) -> None:
    person = Person(apart.url)
    eventually(lambda: person.get("alerts").status_code == 200)
    apart.fronts["notifier"].set(Mode.REFUSE)
    apart.fronts["notifier"].cut()
    answer = person.get("alerts")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert person.get("expenses").status_code == 200
    apart.fronts["notifier"].set(Mode.PASS)
