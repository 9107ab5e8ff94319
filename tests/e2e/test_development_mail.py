"""The page that shows emails in development."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from testing.clients.client import PASSWORD, Person

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_signed_out_person_signs_in_and_returns_to_the_page(page: Page, outlay) -> None:
    person = Person(outlay.url)
    page.goto("/dev/mail")
    expect(page.get_by_text("You are signed out. Sign in to see the emails that were sent to you.")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Emails sent in development")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("verify_email"))).to_be_visible()
