"""A page open in another window while the home currency changes never adds up two currencies."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes.ledgers import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


def test_the_overview_follows_a_change_made_in_another_window(page: Page, outlay) -> None:
    person = Person(outlay.url)
    last_month = datetime.now(UTC).replace(day=1) - timedelta(days=1)
    person.spend("4.80", payee="Blue Bottle")
    person.spend("9.00", payee="Bakery", spent_on=f"{last_month:%Y-%m-%d}")
    sign_in(page.context, person, outlay.url)
    page.goto("/")
    spent = page.locator(".month-summary")
    expect(spent).to_contain_text("€4.20 less than in all of")

    def answer_late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/summary?by=month*", answer_late)
    me = person.read("users/me")
    changed = person.patch("users/me", json={"home_currency": "USD"}, headers={"If-Match": f'"{me["version"]}"'})
    assert changed.status_code == 200, changed.text
    expect(spent).to_contain_text("$")
    expect(spent).to_contain_text(" less than in all of")
    expect(spent).not_to_contain_text("€")
