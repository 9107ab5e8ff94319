"""A page of a list."""

from __future__ import annotations

from typing import Any

from chassis.web.paging import Cursors
from expenses.entries.service import Page


def page_body(page: Page, scope: str, cursors: Cursors) -> dict[str, Any]:
    """Return the body of a page, with the cursor of the next one."""
    cursor = None if page.position is None else cursors.write(scope, list(page.position))
    return {"items": page.items, "next_cursor": cursor}
