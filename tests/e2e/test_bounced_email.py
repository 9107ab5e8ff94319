"""A person whose emails bounce, and one who unsubscribes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import PASSWORD, Person
from testing.servers.process import OutlayProcess
from testing.servers.provider import Provider, mail_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PROVIDER = Provider()


@pytest.fixture(scope="module")
def outlay(tmp_path_factory) -> Iterator[OutlayProcess]:
    """A suite that knows the provider's key."""
    with OutlayProcess(tmp_path_factory.mktemp("heard") / "data", SENDGRID_HOOK_KEY=PROVIDER.key) as process:
        yield process


@pytest.fixture
def person(outlay: OutlayProcess) -> Person:
    person = Person(outlay.url).verify(outlay)
    person.budget("20.00", name="Groceries")
    person.spend("31.00", payee="Onion Market")
    return person


def sign_in(page: Page, person: Person) -> None:
    page.goto("/sign-in?next=/alerts")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_delivery_shows_live_and_a_stopped_address_can_be_resumed(page: Page, outlay, person) -> None:
    mail = mail_to(outlay, person)
    sign_in(page, person)
    expect(page.get_by_text(re.compile("Emailed"))).to_be_visible()
    notice = page.get_by_role("complementary", name="Emails to you have stopped")
    PROVIDER.report(outlay, mail, "delivered")
    expect(page.get_by_text(re.compile("Email delivered"))).to_be_visible()
    expect(notice).not_to_be_visible()
    PROVIDER.report(outlay, mail, "bounce", reason="mailbox full")
    expect(page.get_by_text(re.compile("Email bounced"))).to_be_visible()
    expect(notice).to_contain_text("Your email provider rejected it: mailbox full.")
    page.goto("/settings")
    expect(notice).to_contain_text(person.email)
    notice.get_by_role("button", name="Try again").click()
    expect(notice).not_to_be_visible()


def test_the_link_in_a_mail_asks_first_and_then_stops_that_kind(page: Page, outlay, person) -> None:
    text = mail_to(outlay, person).get_body(("plain",)).get_content()
    page.goto(re.search(r"/unsubscribe#\S+", text).group())
    expect(page.get_by_text("Stop emails about going over budget?")).to_be_visible()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_text("You will get no more emails about going over budget.")).to_be_visible()
    assert person.read("alerts/preferences")["kinds"]["budget.exceeded"] == {"app": True, "mail": False}
