"""Signing up in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "a passphrase for the browser"


def sign_up(page: Page, email: str) -> None:
    """Fill in the form for a new account in US dollars, and wait for the first page."""
    page.goto("/sign-up")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Your name").fill("Maria")
    page.get_by_label("Home currency").fill("USD") if page.get_by_label("Home currency").evaluate(
        "e => e.tagName"
    ) == "INPUT" else page.get_by_label("Home currency").select_option("USD")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).not_to_have_url(re.compile("sign-up"))
