"""What the import page asks when a file does not say everything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from support.sign_up_page import sign_up

if TYPE_CHECKING:
    from testing.servers.process import OutlayProcess

CARD = "Date,Description,Amount\n2026-11-02,Blue Bottle,4.80\n2026-11-03,Rewe,31.20\n2026-11-04,Deutsche Bahn,59.00\n"
BALANCES = "Date,Payee,Description,Amount\n2026-11-01,,Opening balance,100.00\n2026-11-02,Rewe,,-4.80\n2026-11-xx,Aldi,,-5.00\n"
WORDS = "Datum,Naam,Af Bij,Bedrag\n2026-11-02,Albert Heijn,Af,4.80\n2026-11-03,Werkgever,Bij,2000.00\n2026-11-04,NS,Af,59.00\n"


def choose(page: Page, outlay: OutlayProcess, content: str) -> None:
    """Sign up, and look at the preview of a file."""
    sign_up(page, f"e2e.{datetime.now(UTC).timestamp()}@outlay.example")
    page.goto("/import")
    page.get_by_label("CSV file").set_input_files([{"name": "bank.csv", "mimeType": "text/csv", "buffer": content.encode()}])
    page.get_by_role("button", name="Preview").click()


def test_a_file_without_signs_is_asked_about_and_reversed(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, CARD)
    question = page.get_by_role("group", name="Are these expenses or income?")
    expect(question).to_be_visible(timeout=30_000)
    question.get_by_role("button", name="Swap expenses and income").click()
    expect(question).to_be_hidden()
    expect(page.locator(".amount[data-kind=income]")).to_have_count(3)
    page.get_by_role("button", name="Swap expenses and income").click()
    expect(page.locator(".amount[data-kind=expense]")).to_have_count(3)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("3 entries imported")).to_be_visible()
    page.get_by_role("link", name="Show entries").click()
    expect(page.locator("tr[data-kind=expense]")).to_have_count(3)


def test_a_balance_is_shown_as_left_out_and_not_as_an_error(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, BALANCES)
    balance = page.get_by_role("row", name=re.compile("Opening balance"))
    expect(balance.get_by_text("'Opening balance' is a balance or a total, not a booking.")).to_be_visible(timeout=30_000)
    expect(page.locator("tr.bad")).to_have_count(1)
    expect(page.locator("tr.bad")).to_contain_text("is not a date")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Lines left out, such as balances")).to_be_visible()


@pytest.mark.parametrize("width", [360, 414])
def test_an_earlier_import_shows_its_days_on_a_phone(page: Page, outlay: OutlayProcess, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    choose(page, outlay, CARD)
    page.get_by_role("button", name="Correct as shown").click(timeout=30_000)
    page.get_by_role("button", name="Import", exact=True).click()
    row = page.get_by_role("row", name=re.compile("bank.csv"))
    expect(row.get_by_text(re.compile(r"^Imported .+, covers .*Nov 2.+4"))).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_undoing_an_import_names_later_files_with_skipped_rows(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, WORDS)
    page.get_by_role("button", name="Import", exact=True).click(timeout=30_000)
    page.get_by_role("button", name="Import another file", exact=True).click()
    later = WORDS + "2026-11-05,HEMA,Af,7.00\n"
    page.get_by_label("CSV file").set_input_files([{"name": "later.csv", "mimeType": "text/csv", "buffer": later.encode()}])
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("One entry imported")).to_be_visible()
    page.get_by_role("button", name="Undo bank.csv").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("3 rows of later.csv, imported later, were skipped as already imported.")).to_be_visible()
    dialog.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo later.csv").click()
    expect(dialog.get_by_text("skipped as already imported")).to_have_count(0)


def test_the_words_for_a_direction_are_shown_and_can_be_changed(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, WORDS)
    words = page.get_by_role("group", name="Words for expenses and income")
    expect(words.get_by_label("Af")).to_have_value("expense", timeout=30_000)
    expect(words.get_by_label("Bij")).to_have_value("income")
    words.get_by_label("Bij").select_option("ignore")
    expect(page.locator(".amount")).to_have_count(2)


def test_a_corrected_file_is_read_as_last_time_and_marked(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, WORDS)
    page.get_by_role("group", name="Words for expenses and income").get_by_label("Bij").select_option("ignore", timeout=30_000)
    expect(page.locator(".amount")).to_have_count(2)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Import another file", exact=True).click()
    page.get_by_label("CSV file").set_input_files([{"name": "bank.csv", "mimeType": "text/csv", "buffer": WORDS.encode()}])
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Read with your corrections from")).to_be_visible()
    expect(page.get_by_text("Already imported", exact=True)).to_have_count(2)
    expect(page.get_by_text("2 rows were already imported and will be skipped.")).to_be_visible()
    page.get_by_role("button", name="Forget").click()
    expect(page.locator(".amount")).to_have_count(3)
    expect(page.get_by_text("Read with your corrections from")).to_be_hidden()


def test_a_correction_for_one_bank_does_not_affect_another(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, CARD)
    expect(page.locator(".amount[data-kind=expense]")).to_have_count(3)
    page.get_by_role("group", name="Are these expenses or income?").get_by_role("button", name="Correct as shown").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Your corrections are applied to the next file with these columns.")).to_be_visible()
    page.get_by_role("button", name="Import another file", exact=True).click()
    other = CARD.splitlines()[0] + "\n2026-02-01,Landlord,-700.00\n2026-02-02,Employer,2500.00\n"
    page.get_by_label("CSV file").set_input_files([{"name": "b.csv", "mimeType": "text/csv", "buffer": other.encode()}])
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("group", name="Are these expenses or income?")).to_be_visible()
    expect(page.get_by_text("you said that amounts above zero are expenses")).to_be_visible()
    expect(page.locator("tr", has_text="Landlord").locator(".amount[data-kind=expense]")).to_be_visible()
    expect(page.locator("tr", has_text="Employer").locator(".amount[data-kind=income]")).to_be_visible()


def test_a_remembered_mapping_is_forgotten_on_request(page: Page, outlay: OutlayProcess) -> None:
    choose(page, outlay, CARD)
    page.get_by_role("group", name="Are these expenses or income?").get_by_role("button", name="Swap expenses and income").click()
    expect(page.locator(".amount[data-kind=income]")).to_have_count(3)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Forget").click()
    expect(page.get_by_text("Forgotten: your corrections are not applied to the next file with these columns.")).to_be_visible()
