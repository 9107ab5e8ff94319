"""Operations on categories."""

from __future__ import annotations

from typing import Any

from chassis.web.request import Request, Response, etag
from expenses.categories.service import Catalogue
from expenses.requests import caller_of, repeat_of


class CategoryApi:
    """A method for each operation."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def list_categories(self, request: Request) -> Response:
        """List categories."""
        return {"items": self._catalogue.all(caller_of(request))}, 200, {}

    def create_category(self, request: Request, body: dict[str, Any]) -> Response:
        """Make a category."""
        made = self._catalogue.create(caller_of(request), body, repeat_of(request, "createCategory", body))
        return made, 201, etag(made["version"])

    def get_category(self, request: Request, category_id: str) -> Response:
        """Read one category."""
        found = self._catalogue.get(caller_of(request), category_id)
        return found, 200, etag(found["version"])

    def change_category(self, request: Request, category_id: str, body: dict[str, Any]) -> Response:
        """Rename or recolour a category."""
        changed = self._catalogue.change(caller_of(request), category_id, request.expected_version, body)
        return changed, 200, etag(changed["version"])

    def remove_category(self, request: Request, category_id: str, move_to: str | None = None) -> Response:
        """Delete a category."""
        self._catalogue.remove(caller_of(request), category_id, request.expected_version, move_to)
        return None, 204, {}
