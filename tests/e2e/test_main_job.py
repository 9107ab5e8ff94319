"""A person signs up, imports, sets a budget, sees it exceeded without reloading, and reads the email."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from support.household_file import household_file
from support.sign_up_page import sign_up
from testing.clients.client import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page


def confirm_address(page: Page) -> None:
    """Follow the link in the mail, which is shown here in development."""
    banner = page.get_by_role("complementary", name="Confirm your address")
    banner.get_by_role("link", name="Read it here").click()
    page.get_by_role("button", name=re.compile("verify_email")).click()
    page.get_by_role("link", name=re.compile("verify-email")).click()
    expect(page.get_by_text("From now on, alerts reach you by email.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_label("Amount").first).to_be_visible()
    expect(banner).to_have_count(0)


def import_household(page: Page) -> None:
    page.goto("/import")
    page.get_by_label("CSV file").set_input_files({"name": "household.csv", "mimeType": "text/csv", "buffer": household_file()})
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Health / Life / GroupTermLife").first).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile(r"990")).first).to_be_visible()


def set_budget(page: Page, name: str, limit: str) -> None:
    page.goto("/budgets")
    page.get_by_role("button", name="New budget").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Budget name").fill(name)
    dialog.get_by_label("Limit").fill(limit)
    dialog.get_by_role("button", name="Save budget").click()
    expect(page.get_by_role("article", name=name)).to_have_attribute("data-state", "ok")


def test_sign_up_import_budget_exceeded_live_and_the_mail(page: Page, outlay) -> None:
    email = f"e2e.{datetime.now(UTC).timestamp():.0f}@outlay.example"
    sign_up(page, email)
    confirm_address(page)
    import_household(page)
    set_budget(page, "Everything", "100")

    other = page.context.new_page()
    other.goto("/")
    other.get_by_label("Amount").first.fill("120.50")
    other.get_by_label("Payee").first.fill("Blue Bottle")
    other.get_by_role("button", name="Add expense").first.click()

    # The first page was not touched since: it hears of it.
    expect(page.get_by_role("article", name="Everything")).to_have_attribute("data-state", "exceeded", timeout=3000)

    page.goto("/alerts")
    expect(page.get_by_text(re.compile("Everything.*over budget")).first).to_be_visible()
    page.goto("/dev/mail")
    page.get_by_text(re.compile("Everything.*over budget")).first.click()
    expect(page.get_by_text("Blue Bottle").first).to_be_visible()


def test_signing_out_and_in_again(page: Page, outlay) -> None:
    person = Person(outlay.url)
    page.goto("/sign-in")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(re.compile("wrong|not right", re.IGNORECASE)).first).to_be_visible()
    page.get_by_label("Password", exact=True).fill("a long enough passphrase")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Amount").first).to_be_visible()


def test_the_api_can_be_read_in_the_browser(page: Page) -> None:
    page.goto("/docs")
    expect(page.get_by_text("Record an expense").first).to_be_visible(timeout=15000)
