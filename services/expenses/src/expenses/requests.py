"""What every feature reads from a request and writes into a response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from chassis.runtime.idempotency import StoredResponse
from chassis.web.paging import Cursors
from chassis.web.request import Response, etag
from expenses.paging import Page

T = TypeVar("T")


def created(response: StoredResponse) -> Response:
    """Return the response of an idempotent POST. Older versions kept neither its status nor its headers."""
    headers = dict(response.headers)
    if not headers and "version" in response.body:
        headers = etag(response.body["version"])
    return response.body, response.status or 201, headers


def page_body(page: Page[T], body_of: Callable[[T], dict[str, Any]], scope: str, cursors: Cursors) -> dict[str, Any]:
    """Write a page as JSON, with the cursor of the next one."""
    cursor = None if page.position is None else cursors.write(scope, list(page.position))
    return {"items": [body_of(item) for item in page.items], "next_cursor": cursor}
