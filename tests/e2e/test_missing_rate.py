"""An expense in a currency without a rate: the page asks for the amount in the home currency, and keeps what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes.ledgers import sign_in
from testing.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page


def home_amounts(person: Person) -> list[str]:
    return [entry["home_amount"]["amount"] for entry in person.read("expenses", limit=10)["items"]]


def test_the_home_amount_is_asked_for_where_no_rate_is_known(page: Page, outlay) -> None:
    person = Person(outlay.url)
    sign_in(page.context, person, outlay.url)
    page.goto("/expenses")
    entry = page.get_by_role("form", name="Quick entry").first
    entry.get_by_label("Amount", exact=True).fill("10 KWD")
    entry.get_by_label("Payee").fill("Souk")
    entry.get_by_role("button", name="Add expense").click()
    expect(entry.get_by_label("Amount in EUR")).to_be_focused()
    expect(entry.get_by_text("No exchange rate is known for this currency. Enter the amount in EUR.")).to_be_visible()
    expect(entry.get_by_role("alert")).to_have_count(0)
    expect(entry.get_by_label("Amount", exact=True)).to_have_value("10 KWD")
    entry.get_by_label("Amount in EUR").fill("30.50")
    entry.get_by_role("button", name="Add expense").click()
    expect(entry.get_by_label("Amount", exact=True)).to_have_value("")
    expect(entry.get_by_label("Amount in EUR")).to_have_count(0)
    eventually(lambda: home_amounts(person) == ["30.50"])

    page.get_by_role("button", name="Souk", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount", exact=True).fill("20")
    dialog.get_by_role("button", name="Save expense").click()
    dialog.get_by_label("Amount in EUR").fill("61")
    expect(dialog.get_by_label("Amount", exact=True)).to_have_value("20")
    dialog.get_by_role("button", name="Save expense").click()
    expect(dialog).to_have_count(0)
    eventually(lambda: home_amounts(person) == ["61.00"])
