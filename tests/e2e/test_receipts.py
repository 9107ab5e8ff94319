"""A person at the screen with a receipt in the hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from support import pictures
from support.client import Person

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DROP = """(zone, [name, bytes]) => {
  const files = new DataTransfer()
  files.items.add(new File([new Uint8Array(bytes)], name))
  for (const type of ['dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}))
}"""


@pytest.fixture
def dialog(page: Page, outlay) -> Locator:
    """The dialog of an expense without receipts, opened."""
    person = Person(outlay.url)
    person.spend("48.20", payee="Trattoria da Mario")
    page.context.add_cookies([{"name": name, "value": value, "url": outlay.url} for name, value in person.cookies.items()])
    page.goto("/expenses")
    page.get_by_role("button", name="Trattoria da Mario", exact=True).click()
    return page.get_by_role("dialog", name="Edit expense")


def choose(dialog: Locator, name: str, content: bytes) -> None:
    dialog.get_by_label("Add receipt").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})


def test_a_photo_is_attached_seen_opened_and_removed(page: Page, dialog: Locator) -> None:
    choose(dialog, "lunch.jpg", pictures.a_jpeg(size=(900, 1200)))
    photo = dialog.get_by_role("img", name="Receipt lunch.jpg")
    expect(photo).to_be_visible()
    page.wait_for_function("document.querySelector('.receipts img').naturalWidth === 360")
    with page.context.expect_page() as opening:
        photo.click()
    opened = opening.value
    opened.wait_for_load_state()
    assert opened.url.endswith("/content")
    assert opened.evaluate("document.contentType") == "image/jpeg"
    assert opened.evaluate("window.origin") == "null", "what is opened has no origin, so nothing of it can reach anything"
    opened.close()
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name=re.compile("Trattoria da Mario.*One receipt"))).to_be_visible()
    page.reload()
    page.get_by_role("button", name=re.compile("Trattoria")).first.click()
    dialog.get_by_role("button", name="Remove receipt lunch.jpg").click()
    page.get_by_role("dialog", name="Remove this receipt?").get_by_role("button", name="Remove", exact=True).click()
    expect(photo).to_have_count(0)


def test_a_pdf_is_dropped_and_what_is_no_receipt_is_refused_in_words(dialog: Locator) -> None:
    zone = dialog.get_by_role("region", name="Receipts")
    zone.evaluate(DROP, ["invoice.pdf", list(pictures.a_pdf())])
    expect(zone.get_by_role("link", name="invoice.pdf")).to_be_visible()
    choose(dialog, "invoice.pdf.exe", b"MZ" + bytes(100))
    expect(dialog.get_by_role("alert").filter(has_text="a Windows program")).to_be_visible()
    expect(zone.get_by_role("link")).to_have_count(1)


def test_a_phone_is_offered_its_camera(browser, page: Page, outlay, dialog: Locator) -> None:
    expect(dialog.get_by_text("Take photo")).to_be_hidden()
    hand = browser.new_context(
        base_url=outlay.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
        storage_state=page.context.storage_state(),
    )  # fmt: skip
    phone = hand.new_page()
    phone.goto("/expenses")
    phone.get_by_role("button", name=re.compile("Trattoria")).first.click()
    expect(phone.get_by_text("Take photo")).to_be_visible()
    assert phone.get_by_label("Take photo").get_attribute("capture") == "environment"
    hand.close()
