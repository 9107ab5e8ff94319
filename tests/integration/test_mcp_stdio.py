"""`outlay mcp` as an assistant runs it, against `outlay run`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from testing.clients.assistants import connected, over_stdio, said
from testing.clients.client import Person
from testing.servers.ports import free_ports


@pytest.fixture(scope="module")
def maria(outlay):
    person = Person(outlay.url)
    coffee = person.made("categories", name="Food / Coffee")
    person.spend("4.80", payee="Blue Bottle", category_id=coffee["id"], spent_on="2026-11-02")
    person.spend("7.40", payee="Ritual", category_id=coffee["id"], spent_on="2026-11-03")
    person.budget("10.00", name="Coffee", category_ids=[coffee["id"]])
    return person


@pytest.fixture(scope="module")
def reading_token(maria) -> str:
    return str(maria.access_token(name="assistant", scopes=["read"])["token"])


@pytest.fixture(scope="module")
def reader(outlay, reading_token):
    with connected(over_stdio(outlay.url, reading_token)) as connection:
        yield connection


def run(*options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **environ}
    command = [sys.executable, "-m", "outlay", "mcp", *options]
    return subprocess.run(command, env=known, input="", capture_output=True, text=True, timeout=60, check=False)


def test_spending_and_budgets_are_read(reader) -> None:
    found = reader.found("spending", from_="2026-11-01", to="2026-11-30", group_by="payee")
    assert found["total"] == {"amount": "12.20", "currency": "EUR"}
    assert [group["label"] for group in found["groups"]] == ["Ritual", "Blue Bottle"]
    (budget,) = reader.found("budgets", on="2026-11-15")["budgets"]
    assert (budget["state"], budget["remaining"]) == ("exceeded", {"amount": "-2.20", "currency": "EUR"})
    assert reader.found("why_exceeded", budget="coffee", on="2026-11-15")["by"]["payee"] == "Ritual"


def test_a_read_only_token_is_offered_no_tools_that_write(outlay, reading_token) -> None:
    with connected(over_stdio(outlay.url, reading_token, "--write")) as connection:
        assert all(tool.annotations.read_only_hint for tool in connection.tools().values())
        assert connection.refused("add_entry", amount="1", idempotency_key=str(uuid4())).startswith(
            "This access token may not write."
        )


def test_a_writing_token_writes_once_it_is_asked_to(outlay, maria) -> None:
    token = maria.access_token(name="assistant", scopes=["read", "write"])["token"]
    with connected(over_stdio(outlay.url, token)) as connection:
        assert "add_entry" not in connection.tools()
    with connected(over_stdio(outlay.url, token, "--write")) as connection:
        assert "add_entry" in connection.tools()
        made = connection.changed("add_entry", amount="1.50", payee="Kiosk", spent_on="2026-10-01")
        assert connection.found("find_entries", payees=["Kiosk"])["found"] == 1
        connection.found("undo", undo=made["undo"])
        assert connection.found("find_entries", from_="2026-10-01", to="2026-10-01")["found"] == 0
    assert maria.read("budgets")["items"][0]["name"] == "Coffee"  # asking what the token may do made none


def test_a_client_of_a_former_protocol_is_served(outlay, reading_token) -> None:
    with connected(over_stdio(outlay.url, reading_token), mode="legacy") as connection:
        assert connection.client.protocol_version == "2025-11-25"
        assert connection.found("spending", from_="2026-11-01", to="2026-11-30")["count"] == 2


def test_a_hundred_simultaneous_calls_succeed(reader) -> None:
    with ThreadPoolExecutor(10) as callers:
        found = list(callers.map(lambda _number: reader.found("spending", from_="2026-11-01", to="2026-11-30"), range(100)))
    assert {each["total"]["amount"] for each in found} == {"12.20"}


def test_a_token_can_be_read_from_a_file(outlay, reading_token, tmp_path) -> None:
    kept = tmp_path / "token"
    kept.write_text(reading_token + "\n")
    with connected(over_stdio(outlay.url, "", "--token-file", str(kept))) as connection:
        assert connection.found("payees")["found"] == 2


def test_an_unreachable_outlay_is_reported(reading_token) -> None:
    (port,) = free_ports(1)
    with connected(over_stdio(f"http://127.0.0.1:{port}", reading_token)) as connection:
        assert "spending" in connection.tools()
        assert connection.refused("spending") == "Your data is unavailable at the moment. Try again in a minute."


def test_a_revoked_token_is_reported(outlay, maria) -> None:
    made = maria.access_token(name="assistant", scopes=["read"])
    with connected(over_stdio(outlay.url, made["token"])) as connection:
        assert connection.found("payees")["found"] == 2
        assert maria.delete(f"users/me/tokens/{made['id']}").status_code == 204
        assert "revoked" in connection.refused("payees")
    with connected(over_stdio(outlay.url, made["token"])) as connection:
        message = "The access token is unknown, expired or revoked. Create a new one in Outlay's settings."
        assert connection.refused("payees") == message


@pytest.mark.parametrize(
    ("environ", "said_"),
    [
        ({}, "OUTLAY_TOKEN: must be an access token, which begins with outlay_pat_"),
        ({"OUTLAY_TOKEN": "outlay_pat_x y"}, "OUTLAY_TOKEN: must be an access token"),
        ({"OUTLAY_TOKEN_FILE": "/nowhere"}, "OUTLAY_TOKEN_FILE: /nowhere cannot be read"),
        ({"OUTLAY_TOKEN": "outlay_pat_x", "OUTLAY_URL": "ftp://outlay"}, "OUTLAY_URL: is 'ftp://outlay', must be the address"),
    ],
)
def test_settings_that_do_not_fit_are_explained(environ: dict, said_: str) -> None:
    ended = run(**environ)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(said_)


def test_it_ends_with_its_input_and_prints_nothing_else(outlay, reading_token) -> None:
    ended = run(OUTLAY_URL=outlay.url, OUTLAY_TOKEN=reading_token)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_it_warns_of_a_token_sent_unencrypted(reading_token) -> None:
    ended = run(OUTLAY_URL="http://outlay.example", OUTLAY_TOKEN=reading_token)
    assert "unencrypted" in ended.stderr
    assert reading_token not in ended.stderr


def test_an_invalid_message_does_not_end_it(outlay, reading_token) -> None:
    known = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", "OUTLAY_URL": outlay.url, "OUTLAY_TOKEN": reading_token}
    command = [sys.executable, "-m", "outlay", "mcp"]
    opened = {"jsonrpc": "2.0", "id": 1, "method": "initialize"}
    opened["params"] = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    lines = ["not json", "[]", '{"jsonrpc": "2.0"}', json.dumps(opened)]
    ended = subprocess.run(
        command, env=known, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=False
    )
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert next(each for each in answers if each.get("id") == 1)["result"]["protocolVersion"] == "2025-06-18"
    assert "Traceback" not in ended.stdout + ended.stderr


def test_an_answer_says_the_same_twice(reader) -> None:
    answer = reader.call("budgets", on="2026-11-15")
    assert said(answer).startswith('"Coffee": 12.20 EUR of 10.00 EUR spent (122%), over by 2.20 EUR, 2026-11-01 to 2026-11-30')
    assert json.loads(answer.content[1].text) == answer.structured_content
