"""Quick entry by keyboard alone: Enter waits for the suggested category, and nothing typed is lost."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes.ledgers import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

COUNT_CHARTS = """
window.charts = 0
const original = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (...given) {
  if (this.closest('.chart')) window.charts += 1
  return original.apply(this, given)
}
"""


@pytest.fixture
def maria(page: Page, outlay) -> Person:
    """Somebody who buys coffee, mostly as Food, once without a category."""
    person = Person(outlay.url)
    food, fun = (person.made("categories", name=name)["id"] for name in ("Food", "Fun"))
    for category in (food, food, fun, None):
        person.spend("4.80", payee="Blue Bottle", category_id=category)
    sign_in(page.context, person, outlay.url)
    return person


def test_enter_waits_for_the_category_of_most_entries(page: Page, maria: Person) -> None:
    def slowly(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page.goto("/expenses")
    page.route(re.compile("/suggestions/"), slowly)
    page.get_by_label("Amount").focus()
    page.keyboard.type("5.10")
    page.keyboard.press("Tab")
    page.keyboard.type("Blue Bottle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Recorded")).to_be_visible()
    (newest,) = [one for one in maria.read("expenses")["items"] if one["amount"]["amount"] == "5.10"]
    names = {category["id"]: category["name"] for category in maria.read("categories")["items"]}
    assert names[newest["category_id"]] == "Food"
    expect(page.get_by_label("Amount")).to_be_focused()


def test_a_half_typed_entry_survives_another_page_and_a_reload(page: Page, maria: Person) -> None:
    page.goto("/expenses")
    page.get_by_label("Amount").fill("12.")
    page.get_by_label("Payee").fill("Bak")
    page.get_by_role("link", name="Budgets").first.click()
    page.get_by_role("link", name="Overview").first.click()
    expect(page.get_by_label("Amount")).to_have_value("12.")
    page.reload()
    expect(page.get_by_label("Amount")).to_have_value("12.")
    expect(page.get_by_label("Payee")).to_have_value("Bak")


def test_charts_go_on_from_where_they_are_when_something_happens(page: Page, maria: Person) -> None:
    page.add_init_script(COUNT_CHARTS)
    page.goto("/")
    expect(page.get_by_role("img", name=re.compile("Spending by month"))).to_be_visible()
    page.wait_for_function("() => window.charts >= 2")
    drawn = page.evaluate("window.charts")
    maria.spend("7777.00", payee="Elsewhere")
    expect(page.locator(".chart-sentence").last).to_contain_text("7,79")
    assert page.evaluate("window.charts") == drawn
