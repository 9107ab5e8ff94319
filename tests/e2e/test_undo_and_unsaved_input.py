"""Deletions can be undone, unsaved input is kept, and Back stays within the application."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes.ledgers import sign_in
from testing.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route


@pytest.fixture
def maria(page: Page, outlay) -> Person:
    """Somebody with three expenses and a budget that they exceed."""
    person = Person(outlay.url)
    person.budget("100.00")
    for payee, amount in (("Bakery", "3.00"), ("Cinema", "12.00"), ("Dentist", "120.00")):
        person.spend(amount, payee=payee)
    sign_in(page.context, person, outlay.url)
    page.goto("/expenses")
    return person


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def payees(person: Person) -> list[str]:
    return sorted(expense["payee"] for expense in person.read("expenses")["items"])


def percent(person: Person) -> int:
    return person.read("budgets")["items"][0]["current"]["percent"]


def test_a_deleted_expense_is_undone_and_the_budget_follows(page: Page, maria: Person) -> None:
    before = {expense["payee"]: expense["id"] for expense in maria.read("expenses")["items"]}
    eventually(lambda: percent(maria) == 135)
    page.get_by_role("button", name=re.compile("^Delete Cinema")).click()
    expect(row(page, "Cinema")).to_have_count(0)
    expect(row(page, "Bakery")).to_be_focused()
    page.get_by_role("button", name="Undo").hover()  # it stays while somebody points at it
    eventually(lambda: percent(maria) == 123)
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Cinema")).to_be_focused()
    assert {expense["payee"]: expense["id"] for expense in maria.read("expenses")["items"]} == before
    eventually(lambda: percent(maria) == 135)


def test_a_list_that_was_read_before_undo_does_not_take_the_focus(page: Page, maria: Person) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.fallback()
        else:
            held.append(route)

    row(page, "Cinema").wait_for()
    page.route("**/api/v1/expenses?*", hold_the_first)
    page.get_by_role("button", name=re.compile("^Delete Cinema")).click()
    eventually(lambda: page.wait_for_timeout(50) or held)
    stale = held[0].fetch()
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "Cinema")).to_be_focused()
    # Without the expense, which the next answer brings back.
    with page.expect_response(lambda answer: "/api/v1/expenses?" in answer.url and "Cinema" in answer.text()):
        held[0].fulfill(response=stale)
    expect(row(page, "Cinema")).to_be_focused()


def test_a_tab_that_is_closed_after_deleting_has_deleted(page: Page, maria: Person) -> None:
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name=re.compile("^Delete Cinema")).click()
    page.close()
    assert payees(maria) == ["Bakery", "Dentist"]


def test_esc_and_back_ask_before_changes_are_discarded(page: Page, maria: Person) -> None:
    row(page, "Cinema").click()
    dialog = page.get_by_role("dialog", name="Edit expense")
    dialog.get_by_label("Amount").fill("13.")
    question = page.get_by_role("dialog", name="Discard changes?")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Keep editing").click()
    page.wait_for_function("() => history.state?.overlay === 1")  # nobody is as fast as the script
    page.go_back()
    expect(question).to_be_visible()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(dialog.get_by_label("Amount")).to_have_value("13.")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)
    expect(row(page, "Cinema")).to_be_focused()
    expect(page).to_have_url(re.compile("/expenses$"))


def test_back_closes_a_dialog_and_keeps_place_and_rows(page: Page, maria: Person) -> None:
    lines = "".join(f"2026-01-{number % 28 + 1:02},{number}.00,Shop {number}\n" for number in range(1, 80))
    content = ("bank.csv", f"date,amount,payee\n{lines}".encode(), "text/csv")
    assert maria.post("imports", files={"file": content}).status_code == 201
    page.goto("/expenses")
    page.get_by_role("button", name="Load more").click()
    last = page.locator(".expense-table .row-link").nth(81)
    last.scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/expenses$"))
    assert page.evaluate("scrollY") == scrolled
    page.get_by_role("link", name="Budgets").first.click()
    expect(page.get_by_role("heading", level=1, name="Budgets")).to_be_visible()
    page.go_back()
    expect(page.locator(".expense-table .row-link")).to_have_count(82)
    page.wait_for_function(f"() => scrollY === {scrolled}")


def test_a_year_that_is_typed_asks_once(page: Page, maria: Person) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "from=" in request.url else None)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From").focus()
    page.get_by_label("From").press_sequentially("11012026", delay=30)
    expect(page).to_have_url(re.compile("from=2026-11-01"))
    expect(row(page, "Cinema")).to_be_visible()
    assert [url for url in asked if "from=2026-11-01" not in url] == []
