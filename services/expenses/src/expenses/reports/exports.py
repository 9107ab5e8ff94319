"""Writes expenses out, page by page, so that any number of them passes through little memory."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, TypeVar

from expenses.entries.model import Expense
from expenses.entries.showing import shown
from expenses.imports.readers.outlay_csv import EXPORT_TITLES, export_cells
from expenses.ports import Filter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from expenses.ports import Owner, Store, Who, Work

T = TypeVar("T")

_PAGE = 1000


class Exports:
    """The files that people take away."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def csv(self, who: Who, first: str | None, last: str | None) -> Iterator[bytes]:
        """Yield a CSV file, oldest first. An import reads it back without a change."""
        names = self._category_names(who)
        yield _csv_text([list(EXPORT_TITLES)])
        for page in self._pages(
            who,
            first,
            last,
            lambda _work, _owner, expenses: [export_cells(expense, names.get(expense.category_id, "")) for expense in expenses],
        ):
            yield _csv_text(page)

    def json(self, who: Who, first: str | None, last: str | None) -> Iterator[bytes]:
        """Yield a JSON list of expenses with the names of their categories, oldest first."""
        names = self._category_names(who)
        start = b"["
        for page in self._pages(who, first, last, shown):
            named = [{**expense, "category": names.get(expense["category_id"])} for expense in page]
            text = ",\n".join(json.dumps(expense, ensure_ascii=False, separators=(",", ":")) for expense in named)
            yield start + text.encode()
            start = b",\n"
        yield b"]\n" if start != b"[" else b"[]\n"

    def _pages(
        self, who: Who, first: str | None, last: str | None, show: Callable[[Work, Owner, Sequence[Expense]], list[T]]
    ) -> Iterator[list[T]]:
        """Yield pages, each from a transaction of its own: a slow reader must not hold one open."""
        position = None
        while True:
            with self._store.reading() as work:
                owner = work.owners.find(who.user_id)
                page = work.expenses.page(owner, Filter(first=first, last=last), "spent_on", _PAGE, position) if owner else []
                made = show(work, owner, page) if owner else []
            if made:
                yield made
            if len(page) < _PAGE:
                return
            position = (page[-1].spent_on, page[-1].number)

    def _category_names(self, who: Who) -> dict[str | None, str]:
        with self._store.reading() as work:
            owner = work.owners.find(who.user_id)
            return {category.id: category.name for category in work.categories.all(owner)} if owner else {}


def _csv_text(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
