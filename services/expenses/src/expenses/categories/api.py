"""Operations on categories."""

from __future__ import annotations

from typing import Any

from chassis.runtime.idempotency import StoredResponse
from chassis.web.request import Request, Response, etag
from expenses.categories.model import Category
from expenses.categories.service import CategoryPatch, CategoryService
from expenses.entries.model import one_line
from expenses.errors import InvalidCategoryError, problem
from expenses.requests import created


class CategoryApi:
    """A method for each operation."""

    def __init__(self, categories: CategoryService) -> None:
        self._categories = categories

    def list_categories(self, request: Request) -> Response:
        return {"items": [_body(category) for category in self._categories.all(request.caller)]}, 200, {}

    def create_category(self, request: Request, body: dict[str, Any]) -> Response:
        key = request.idempotency("createCategory", body)
        response = self._categories.create(request.caller, _name(body["name"]), body.get("colour"), key, _made)
        return created(response)

    def get_category(self, request: Request, category_id: str) -> Response:
        return _found(self._categories.get(request.caller, category_id))

    def change_category(self, request: Request, category_id: str, body: dict[str, Any]) -> Response:
        patch = CategoryPatch(name=_name(body["name"]) if "name" in body else None, colour=body.get("colour"))
        return _found(self._categories.change(request.caller, category_id, request.expected_version, patch))

    def remove_category(self, request: Request, category_id: str, move_to: str | None = None) -> Response:
        self._categories.remove(request.caller, category_id, request.expected_version, move_to)
        return None, 204, {}


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise InvalidCategoryError([problem("/name", "is empty")])
    return name


def _body(category: Category) -> dict[str, Any]:
    return {"id": category.id, "name": category.name, "colour": category.colour, "version": category.version}


def _made(category: Category) -> StoredResponse:
    return StoredResponse(_body(category), 201, etag(category.version))


def _found(category: Category) -> Response:
    return _body(category), 200, etag(category.version)
