"""Requests of a mail provider to a running suite, through its gateway: delivery reports and one-click unsubscribing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from testing.clients.client import Person
from testing.clients.watcher import Watcher
from testing.servers.process import OutlayProcess
from testing.servers.provider import ELSEWHERE, Provider, mail_to

if TYPE_CHECKING:
    from collections.abc import Iterator

PROVIDER = Provider()


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> Iterator[OutlayProcess]:
    """A suite that knows the provider's key."""
    with OutlayProcess(tmp_path_factory.mktemp("heard") / "data", SENDGRID_HOOK_KEY=PROVIDER.key) as process:
        yield process


@pytest.fixture
def person(heard: OutlayProcess) -> Person:
    person = Person(heard.url).verify(heard)
    person.budget("20.00", name="Groceries")
    person.spend("31.00", payee="Onion Market")
    return person


def test_a_signed_bounce_report_shows_at_once_and_stops_emails(heard, person) -> None:
    mail = mail_to(heard, person)
    watcher = Watcher(person)
    assert PROVIDER.report(heard, mail, "bounce", reason="mailbox full") == 204
    assert watcher.wait_for("notification.failed")[0]["detail"] == "Your email provider rejected it: mailbox full"
    [alert] = person.read("alerts")["items"]
    assert alert["deliveries"][0]["state"] == "bounced"
    assert person.read("alerts/preferences")["mail"]["state"] == "stopped"
    assert person.delete("alerts/preferences/mail-stop").status_code == 204
    assert person.read("alerts/preferences")["mail"]["state"] == "ok"


def test_an_unsigned_report_is_refused_at_the_gateway_too(heard) -> None:
    address = f"{heard.url}/api/v1/hooks/sendgrid"
    assert httpx.post(address, json=[], headers=ELSEWHERE, timeout=60).status_code == 401
    assert (
        httpx.post(address, content=b"[" + b" " * 1_000_000, headers={"Content-Type": "application/json"}, timeout=60).status_code
        == 413
    )


def test_one_click_unsubscribes_without_a_session_a_get_does_not(heard, person) -> None:
    text = mail_to(heard, person).get_body(("plain",)).get_content()
    token = re.search(r"/unsubscribe#token=([^&\s]+)", text).group(1)
    address = f"{heard.url}/api/v1/unsubscribe/{token}"

    def wanted() -> bool:
        return bool(person.read("alerts/preferences")["kinds"]["budget.exceeded"]["mail"])

    looked = httpx.get(address, follow_redirects=False, timeout=60)
    assert (looked.status_code, wanted()) == (303, True)
    assert f"/unsubscribe#token={token}" in looked.headers["location"]
    page = httpx.get(f"{heard.url}/unsubscribe?token={token}", timeout=60)
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    clicked = httpx.post(
        address, data={"List-Unsubscribe": "One-Click"}, headers=ELSEWHERE, cookies={"session": "a stranger's"}, timeout=60
    )
    assert (clicked.status_code, clicked.json(), wanted()) == (200, {"kind": "budget.exceeded"}, False)
    assert token not in heard.log.read_text()


def test_every_other_operation_still_refuses_foreign_sites(heard, person) -> None:
    assert person.delete("alerts/preferences/mail-stop", headers=ELSEWHERE).status_code == 403
