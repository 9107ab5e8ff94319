"""A person adds and looks at receipts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from testing.clients.client import Person
from testing.fakes import pictures

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DROP = """(zone, [name, bytes]) => {
  const files = new DataTransfer()
  files.items.add(new File([new Uint8Array(bytes)], name))
  for (const type of ['dragover', 'drop']) zone.dispatchEvent(new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}))
}"""

PASTE = """([name, bytes]) => {
  const files = new DataTransfer()
  files.items.add(new File([new Uint8Array(bytes)], name))
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: files, bubbles: true, cancelable: true}))
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


def tile(dialog: Locator, name: str) -> Locator:
    return dialog.get_by_role("button", name=f"Receipt {name}", exact=True)


def test_a_photo_is_attached_read_opened_and_removed(page: Page, dialog: Locator) -> None:
    choose(dialog, "lunch.jpg", pictures.a_jpeg(size=(900, 1200)))
    photo = tile(dialog, "lunch.jpg")
    expect(photo).to_be_visible()
    expect(page.locator(".tile img")).to_have_js_property("naturalWidth", 360)
    photo.click()
    viewer = page.get_by_role("dialog", name="lunch.jpg")
    expect(page.locator(".zoom img")).to_have_js_property("naturalWidth", 900)
    with page.context.expect_page() as opening:
        viewer.get_by_role("link", name="Open original").click()
    opened = opening.value
    opened.wait_for_load_state()
    assert opened.url.endswith("/content")
    assert opened.evaluate("document.contentType") == "image/jpeg"
    assert opened.evaluate("window.origin") == "null", "what is opened has no origin, so nothing of it can reach anything"
    opened.close()
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(photo).to_be_focused()
    dialog.get_by_label("Payee").fill("Half typed")
    dialog.get_by_role("button", name="Remove receipt lunch.jpg").click()
    page.get_by_role("dialog", name="Remove this receipt?").get_by_role("button", name="Remove", exact=True).click()
    expect(photo).to_have_count(0)
    expect(dialog.get_by_label("Payee")).to_have_value("Half typed")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Trattoria da Mario", exact=True)).to_be_visible()


def test_receipts_are_browsed_by_keyboard_and_shown_in_the_list(page: Page, dialog: Locator) -> None:
    choose(dialog, "IMG_0001.HEIC", pictures.a_heic())
    expect(tile(dialog, "IMG_0001.heic")).to_be_visible()
    dialog.get_by_role("region", name="Receipts").evaluate(DROP, ["invoice.pdf", list(pictures.a_pdf())])
    expect(tile(dialog, "invoice.pdf")).to_be_visible()
    tile(dialog, "IMG_0001.heic").press("Enter")
    expect(page.locator(".zoom img")).to_have_js_property("naturalWidth", 64)
    page.keyboard.press("ArrowRight")
    viewer = page.get_by_role("dialog", name="invoice.pdf")
    expect(page.locator(".zoom img")).to_have_js_property("naturalWidth", 800)
    expect(viewer.get_by_text("2 of 2")).to_be_visible()
    assert viewer.get_by_role("link", name="Save original").get_attribute("download") == "invoice.pdf"
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name=re.compile("Trattoria da Mario.*2 receipts"))).to_be_visible()


def test_bad_receipts_are_explained_and_failed_uploads_repeatable(page: Page, dialog: Locator) -> None:
    choose(dialog, "invoice.pdf.exe", b"MZ" + bytes(100))
    expect(dialog.get_by_role("alert").filter(has_text="a Windows program")).to_be_visible()
    expect(dialog.get_by_role("button", name="Try invoice.pdf.exe again")).to_have_count(0)
    dialog.get_by_role("button", name="Dismiss invoice.pdf.exe").click()
    page.context.set_offline(True)
    choose(dialog, "lunch.jpg", pictures.a_jpeg())
    expect(dialog.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    page.context.set_offline(False)
    dialog.get_by_role("button", name="Try lunch.jpg again").click()
    expect(tile(dialog, "lunch.jpg")).to_be_visible()
    expect(dialog.get_by_role("list", name="Uploads")).to_have_count(0)


def test_a_screenshot_is_pasted(page: Page, dialog: Locator) -> None:
    page.evaluate(PASTE, ["image.png", list(pictures.a_png())])
    expect(tile(dialog, "image.png")).to_be_visible()


def test_a_phone_is_offered_its_camera(browser, page: Page, outlay, dialog: Locator) -> None:
    expect(dialog.get_by_text("Take photo")).to_be_hidden()
    hand = browser.new_context(
        base_url=outlay.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        storage_state=page.context.storage_state(),
    )
    phone = hand.new_page()
    phone.goto("/expenses")
    phone.get_by_role("button", name=re.compile("Trattoria")).first.click()
    expect(phone.get_by_text("Take photo")).to_be_visible()
    assert phone.get_by_label("Take photo").get_attribute("capture") == "environment"
    hand.close()


def test_a_receipt_comes_with_a_new_expense(page: Page, dialog: Locator) -> None:
    dialog.get_by_role("button", name="Close").click()
    entry = page.get_by_role("form", name="Quick entry")
    entry.get_by_label("Amount").fill("12.50")
    entry.get_by_label("Payee").fill("Bakery")
    entry.get_by_label("Attach receipt").set_input_files({"name": "roll.png", "mimeType": "image/png", "buffer": pictures.a_png()})
    entry.get_by_role("button", name="Add expense").click()
    expect(page.get_by_role("button", name=re.compile("Bakery.*One receipt"))).to_be_visible()
