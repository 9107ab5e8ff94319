"""A person with an unconfirmed address sees alerts, and gets them by email once it is confirmed."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes.ledgers import sign_in
from testing.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from testing.servers.process import OutlayProcess


@pytest.fixture
def newcomer(page: Page, outlay: OutlayProcess) -> Person:
    """Somebody who has just signed up, and exceeded a budget."""
    person = Person(outlay.url)
    person.budget("20.00", name="Groceries")
    person.spend("31.00", payee="Onion Market")
    sign_in(page.context, person, outlay.url)
    return person


def alert_mails(outlay: OutlayProcess, person: Person) -> int:
    return sum("Onion Market" in text for text in outlay.emails_to(person.email))


def test_an_alert_is_mailed_as_soon_as_the_address_is_confirmed(page: Page, outlay: OutlayProcess, newcomer: Person) -> None:
    page.goto("/alerts")
    expect(page.get_by_text("Not emailed yet: waiting for you to confirm your address.")).to_be_visible()
    assert newcomer.read("alerts/preferences")["mail"]["state"] == "unverified"
    assert alert_mails(outlay, newcomer) == 0
    newcomer.verify(outlay)
    expect(page.get_by_text(re.compile("Emailed"))).to_be_visible()
    eventually(lambda: alert_mails(outlay, newcomer))
    time.sleep(0.5)  # for one too many
    assert alert_mails(outlay, newcomer) == 1
    assert newcomer.read("alerts/preferences")["mail"]["state"] == "ok"


def test_the_request_to_confirm_can_wait_but_stays_in_the_settings(page: Page, newcomer: Person) -> None:
    banner = page.get_by_role("complementary", name="Confirm your address")
    page.goto("/")
    expect(banner).to_contain_text(newcomer.email)
    banner.get_by_role("button", name="Not now").click()
    expect(banner).to_have_count(0)
    page.goto("/budgets")
    expect(page.get_by_role("heading", level=1, name="Budgets")).to_be_visible()
    expect(banner).to_have_count(0)
    page.goto("/settings")
    banner.get_by_role("button", name="Send again").click()
    expect(banner).to_contain_text("Sent again.")
    expect(banner.get_by_role("button", name="Not now")).to_have_count(0)
