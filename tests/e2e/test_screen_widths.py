"""Every page and dialog fits every width from 320 to 2560 px, with nothing off-screen, cut or squeezed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.clients.client import Person
from testing.fakes.ledgers import a_full_ledger, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

WIDTHS = (320, 360, 390, 768, 800, 950, 1024, 1280, 1920, 2560)
MEASURE = Path(__file__).with_name("layout.js").read_text("utf-8")
LOADED = "() => !document.querySelector('[aria-busy=true], .loading') && document.querySelector('h1')"


@pytest.fixture(scope="module")
def crowded(outlay) -> Person:
    """A person whose names and amounts are as long as possible."""
    return a_full_ledger(outlay.url)


def _click(role: str, name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role(role, name=re.compile(name)).first.click()


def _open_table(page: Page) -> None:
    for summary in page.get_by_text("Show table").all():
        summary.click()


def _change_home_currency(page: Page) -> None:
    page.get_by_label("Home currency").select_option("USD")
    page.get_by_role("button", name="Save profile").click()
    page.get_by_role("columnheader", name="After").wait_for()


def _press(key: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)

    return press


def _ask(page: Page) -> None:
    page.get_by_role("button", name="Assistant", exact=True).click()
    for question in ("My biggest expenses", "How are my budgets?", "Coffee 3.50"):
        page.get_by_label("Your message").fill(question)
        page.get_by_role("button", name="Send", exact=True).click()
        page.locator(".assistant-suggestions, .assistant-choices").first.wait_for()
        page.locator(".assistant-typing").wait_for(state="detached")


def _nothing(_page: Page) -> None:
    """Leave the page as it is."""


def _misfits(page: Page) -> dict[int, list[str]]:
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate(MEASURE)
        for _ in range(10):  # what is still moving may not fit yet
            if found[width]:
                page.wait_for_timeout(200)
                found[width] = page.evaluate(MEASURE)
    return {width: problems for width, problems in found.items() if problems}


@pytest.mark.parametrize("path", ["/", "/expenses", "/budgets", "/alerts", "/import", "/settings"])
def test_an_empty_page_fits_every_width(page: Page, outlay, path: str) -> None:
    sign_in(page.context, Person(outlay.url), outlay.url)
    page.goto(path)
    page.wait_for_function(LOADED)
    assert _misfits(page) == {}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-up", "/forgot", "/reset-password", "/verify-email", "/unsubscribe", "/nowhere"]
)
def test_a_page_without_a_session_fits_every_width(page: Page, path: str) -> None:
    page.goto(path)
    page.locator("h1").wait_for()
    assert _misfits(page) == {}


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/", _open_table),
        ("/expenses", _nothing),
        ("/expenses", _click("button", "^Filters")),
        ("/expenses", _click("button", "^Donau")),
        ("/expenses?text=nothing+like+it", _nothing),
        ("/budgets", _nothing),
        ("/budgets", _click("button", "New budget")),
        ("/budgets", _click("button", "^Edit")),
        ("/budgets", _click("button", "^History")),
        ("/budgets", _click("button", "^Delete")),
        ("/alerts", _nothing),
        ("/settings", _nothing),
        ("/settings", _click("button", "^Delete W")),
        ("/settings", _click("button", "^Delete account")),
        ("/settings", _change_home_currency),
        ("/expenses", _ask),
        ("/settings", _press("n")),
        ("/settings", _press("?")),
    ],
)
def test_a_full_page_and_its_dialogs_fit_every_width(page: Page, outlay, crowded: Person, path: str, action) -> None:
    sign_in(page.context, crowded, outlay.url)
    page.goto(path)
    page.wait_for_function(LOADED)
    action(page)
    assert _misfits(page) == {}
