"""A person asks the assistant, follows up, adds an expense after confirming, sees it in the list and undoes it."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import PASSWORD, Person
from testing.fakes.ledgers import sign_in
from testing.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

MESSAGES = "**/api/v1/assistant/messages"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def maria(page: Page, outlay) -> Person:
    """Somebody who bought groceries this month and last month."""
    person = Person(outlay.url)
    groceries = person.made("categories", name="Groceries")["id"]
    for amount, spent_on in (("12.40", _today()), ("7.60", _today()), ("33.00", _last_month())):
        person.spend(amount, payee="Corner Shop", category_id=groceries, spent_on=spent_on)
    sign_in(page.context, person, outlay.url)
    page.goto("/expenses")
    page.get_by_role("button", name="Corner Shop").first.wait_for()
    return person


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def _last_month() -> str:
    year, month, *_ = time.gmtime()
    return f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}-15"


def panel(page: Page) -> Locator:
    return page.locator(".assistant")


def field(page: Page) -> Locator:
    return page.get_by_label("Your message")


def open_assistant(page: Page) -> None:
    page.get_by_role("button", name="Assistant", exact=True).click()
    expect(field(page)).to_be_visible()


def ask(page: Page, words: str) -> Locator:
    """Return the last answer, once it is complete."""
    field(page).fill(words)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    field(page).press("Enter")
    expect(page.locator(".assistant-said").last).to_contain_text(words)
    return the_answer(page)


def the_answer(page: Page) -> Locator:
    answer = page.locator(".assistant-answer").last
    expect(answer.locator(".assistant-typing")).to_have_count(0)
    return answer


def choose(page: Page, name: str) -> Locator:
    panel(page).get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".assistant-said").last).to_contain_text(name)
    return the_answer(page)


def amounts(person: Person) -> list[str]:
    return sorted(expense["amount"]["amount"] for expense in person.read("expenses")["items"])


def test_asking_following_up_adding_seeing_it_in_the_list_and_undoing(page: Page, maria: Person) -> None:
    open_assistant(page)
    expect(ask(page, "How much did I spend on groceries this month?").locator(".assistant-figures")).to_contain_text("€20.00")
    expect(ask(page, "and last month?").locator(".assistant-figures")).to_contain_text("€33.00")

    before = amounts(maria)
    card = ask(page, "coffee 3.50").locator(".assistant-card")
    expect(card).to_contain_text("€3.50")
    assert amounts(maria) == before, "nothing is changed before the yes"
    added = page.locator(".expense-table tr", has_text="€3.50")
    expect(added).to_have_count(0)
    choose(page, "Yes")
    expect(added).to_have_count(1)
    assert amounts(maria) == sorted([*before, "3.50"])

    choose(page, "Undo")
    expect(added).to_have_count(0)
    eventually(lambda: amounts(maria) == before)
    expect(panel(page).get_by_role("button", name="Undo")).to_have_count(0)


def test_a_no_changes_nothing(page: Page, maria: Person) -> None:
    open_assistant(page)
    before = amounts(maria)
    ask(page, "coffee 3.50")
    choose(page, "No")
    expect(panel(page).get_by_role("button", name="Yes", exact=True)).to_have_count(0)
    assert amounts(maria) == before


def test_the_number_leads_to_the_list_behind_it_and_the_talk_stays(page: Page, maria: Person) -> None:
    open_assistant(page)
    answer = ask(page, "How much did I spend on groceries last month?")
    answer.locator(".assistant-figures a").click()
    expect(page).to_have_url(re.compile(r"/expenses\?.*category="))
    expect(page.locator(".expense-table tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Budgets").first.click()
    expect(page.get_by_role("heading", level=1, name="Budgets")).to_be_visible()
    expect(answer).to_contain_text("€33.00")


def test_the_key_opens_it_and_esc_gives_the_focus_back(page: Page, maria: Person) -> None:
    page.get_by_label("Payee").press("a")
    expect(panel(page)).to_have_count(0)
    row = page.get_by_role("button", name="Corner Shop").first
    row.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_text("Ask the assistant")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    expect(page.get_by_role("complementary", name="Assistant")).to_be_visible()
    page.keyboard.type("half a ques")
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    expect(row).to_be_focused()
    page.keyboard.press("a")
    expect(field(page)).to_have_value("half a ques")
    page.reload()
    open_assistant(page)
    expect(field(page)).to_have_value("half a ques")


def test_enter_sends_shift_enter_does_not_and_the_arrow_recalls(page: Page, maria: Person) -> None:
    open_assistant(page)
    ask(page, "How much did I spend this month?")
    field(page).press("ArrowUp")
    expect(field(page)).to_have_value("How much did I spend this month?")
    field(page).press("ArrowDown")
    field(page).press_sequentially("one")
    field(page).press("Shift+Enter")
    field(page).press_sequentially("two")
    expect(field(page)).to_have_value("one\ntwo")
    field(page).fill("x" * 2001)
    expect(panel(page).get_by_text("1 character too many")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()


def test_on_a_phone_it_fills_the_screen_and_back_and_links_close_it(page: Page, maria: Person) -> None:
    page.set_viewport_size(PHONE)
    open_assistant(page)
    dialog = page.get_by_role("dialog", name="Assistant")
    assert dialog.bounding_box() == {"x": 0, "y": 0, **PHONE}
    expect(page.locator(".shell")).to_have_attribute("inert", "")
    answer = ask(page, "How much did I spend on groceries last month?")
    page.wait_for_function("() => history.state?.overlay === 1")
    page.go_back()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("/expenses$"))
    open_assistant(page)
    answer.locator(".assistant-figures a").click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/expenses\?.*category="))


def test_a_conversation_is_kept_only_if_the_person_wants_that(page: Page, maria: Person) -> None:
    open_assistant(page)
    ask(page, "How much did I spend this month?")
    page.reload()
    open_assistant(page)
    expect(page.locator(".assistant-turn")).to_have_count(0)

    ask(page, "How much did I spend last month?")
    page.get_by_role("button", name="Conversation options").click()
    page.get_by_label("Keep this conversation in this browser").check()
    page.reload()
    open_assistant(page)
    expect(page.locator(".assistant-said")).to_contain_text("last month?")
    ask(page, "and this month?")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(panel(page)).to_have_count(0)
    assert "assistant" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_deleting_the_account_erases_the_conversation(page: Page, maria: Person) -> None:
    open_assistant(page)
    ask(page, "How much did I spend this month?")
    page.get_by_role("button", name="Conversation options").click()
    page.get_by_label("Keep this conversation in this browser").check()
    page.goto("/settings")
    page.get_by_role("button", name="Delete account").click()
    page.get_by_role("dialog").get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert "assistant" not in page.evaluate("JSON.stringify(localStorage)")


def test_the_conversation_can_be_downloaded_and_cleared(page: Page, maria: Person) -> None:
    open_assistant(page)
    ask(page, "How much did I spend on groceries last month?")
    options = page.get_by_role("button", name="Conversation options")
    options.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download conversation as text").click()
    text = download.value.path().read_text("utf-8")
    assert "How much did I spend on groceries last month?" in text
    assert "33.00 EUR" in text
    options.click()
    page.get_by_role("button", name="Clear conversation").click()
    expect(page.locator(".assistant-turn")).to_have_count(0)


def test_a_failed_message_can_be_sent_again_unchanged(page: Page, maria: Person) -> None:
    def refuse(route: Route) -> None:
        problem = '{"type": "about:blank", "title": "Too many", "status": 429, "detail": "Too many messages."}'
        headers = {"Content-Type": "application/problem+json", "Retry-After": "2"}
        route.fulfill(status=429, headers=headers, body=problem)

    open_assistant(page)
    page.route(MESSAGES, refuse)
    answer = ask(page, "How much did I spend on groceries last month?")
    expect(answer).to_contain_text("Too many messages.")
    again = answer.get_by_role("button", name="Try again")
    expect(again).to_be_disabled()
    page.unroute(MESSAGES)
    again.click()
    expect(the_answer(page)).to_contain_text("€33.00")
    expect(page.locator(".assistant-turn")).to_have_count(1)

    page.route(MESSAGES, lambda route: route.abort())
    answer = ask(page, "and this month?")
    expect(answer).to_contain_text("cannot be reached")
    answer.get_by_role("button", name="Edit").click()
    expect(field(page)).to_have_value("and this month?")


def test_an_answer_that_takes_long_can_be_stopped(page: Page, maria: Person) -> None:
    def hold(_route: Route) -> None:
        """Hold the request back."""

    open_assistant(page)
    page.route(MESSAGES, hold)
    field(page).fill("How much did I spend on groceries last month?")
    field(page).press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(the_answer(page)).to_contain_text("Stopped.")
    page.unroute(MESSAGES)
    page.get_by_role("button", name="Ask again").click()
    expect(the_answer(page)).to_contain_text("€33.00")
