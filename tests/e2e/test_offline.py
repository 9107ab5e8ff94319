"""Without a connection and after a deployment, the page and unsaved input stay, and it offers to try again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes.ledgers import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

KEPT = """async () => {
  const names = await caches.keys()
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
  return requests.flat().map((request) => new URL(request.url).pathname)
}"""


@pytest.fixture
def bare(browser: Browser, outlay) -> Iterator[Page]:
    """A page that loads all files over the network, as at a first visit."""
    context = browser.new_context(base_url=outlay.url, viewport={"width": 1280, "height": 900}, service_workers="block")
    person = Person(outlay.url)
    person.spend("4.80", payee="Blue Bottle")
    sign_in(context, person, outlay.url)
    yield context.new_page()
    context.close()


def test_the_page_opens_offline_and_goes_on_when_the_connection_is_back(page: Page, outlay) -> None:
    person = Person(outlay.url)
    person.spend("4.80", payee="Blue Bottle")
    sign_in(page.context, person, outlay.url)
    page.goto("/expenses")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    kept = page.evaluate(KEPT)
    assert "/" in kept
    assert [path for path in kept if path != "/" and not path.startswith("/assets/")] == [], "nothing of a person is kept"
    page.context.set_offline(True)
    page.goto("/expenses")
    expect(page.get_by_text("cannot be reached")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_role("link", name="Budgets").first).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="Blue Bottle", exact=True)).to_be_visible()


def test_a_failed_request_can_be_repeated_and_keeps_the_input(bare: Page) -> None:
    bare.goto("/expenses")
    bare.get_by_label("Amount").fill("5.10")
    bare.get_by_label("Payee").fill("Bakery")
    bare.context.set_offline(True)
    bare.get_by_role("button", name="Add expense").click()
    expect(bare.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(bare.get_by_label("Amount")).to_have_value("5.10")
    expect(bare.get_by_role("button", name="Blue Bottle", exact=True)).to_be_visible()
    bare.context.set_offline(False)
    bare.get_by_role("button", name="Add expense").click()
    expect(bare.get_by_role("button", name="Bakery", exact=True)).to_be_visible()


def test_files_missing_after_a_deployment_lose_no_input(bare: Page) -> None:
    def gone(route: Route) -> None:
        route.fulfill(status=404, body="Nothing is here.")

    bare.goto("/expenses")
    bare.get_by_label("Amount").fill("12.")
    bare.route(re.compile("/assets/BudgetsPage-"), gone)
    bare.get_by_role("link", name="Budgets").first.click()
    failure = bare.get_by_role("alert").filter(has_text="Outlay was updated")
    expect(failure).to_be_visible()
    expect(bare.get_by_label("Amount")).to_have_value("12.")
    bare.unroute(re.compile("/assets/BudgetsPage-"))
    failure.get_by_role("button", name="Reload").click()
    expect(bare.get_by_role("heading", level=1, name="Budgets")).to_be_visible()
    bare.get_by_role("link", name="Expenses").first.click()
    expect(bare.get_by_label("Amount")).to_have_value("12.")


def test_something_is_shown_before_the_script_is_loaded(bare: Page) -> None:
    bare.route(re.compile(r"/assets/app-.*\.js"), lambda route: route.abort())
    bare.goto("/expenses")
    expect(bare.get_by_text("Loading Outlay")).to_be_visible()
