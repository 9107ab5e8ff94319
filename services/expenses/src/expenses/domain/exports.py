"""Writes expenses out, page by page, so that any number of them passes through little memory."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, TypeVar

from expenses.domain.expense import EXPENSE, Expense
from expenses.domain.ports import Filter
from expenses.domain.showing import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from expenses.domain.ports import Owner, Store, Who, Work

T = TypeVar("T")

_PAGE = 1000
_TITLES = ("Date", "Payee", "Description", "Category", "Amount", "Currency", "Note", "Tags", "Kind")
_FORMULA = re.compile("'*[=+\\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?", re.ASCII)


class Exports:
    """The files that people take away."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def csv(self, who: Who, first: str | None, last: str | None) -> Iterator[bytes]:
        """Yield a CSV file, oldest first. Spending is below zero, so that an import sees what is what."""
        names = self._category_names(who)
        yield _csv_text([list(_TITLES)])
        for page in self._pages(who, first, last, lambda _work, _owner, expenses: [_cells(expense, names) for expense in expenses]):
            yield _csv_text(page)

    def json(self, who: Who, first: str | None, last: str | None) -> Iterator[bytes]:
        """Yield a JSON list of expenses, oldest first."""
        start = b"["
        for page in self._pages(who, first, last, shown):
            text = ",\n".join(json.dumps(expense, ensure_ascii=False, separators=(",", ":")) for expense in page)
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


def _cells(expense: Expense, names: dict[str | None, str]) -> list[str]:
    sign = "-" if expense.kind == EXPENSE else ""
    texts = (expense.payee, expense.description, names.get(expense.category_id, ""))
    return [
        expense.spent_on,
        *map(guarded, texts),
        sign + expense.amount.text,
        expense.currency,
        guarded(expense.note),
        guarded(_tags(expense.tags)),
        expense.kind,
    ]


def _tags(stored: str) -> str:
    tags = json.loads(stored)
    # A tag with a separator within would come back as two.
    return stored if any("," in tag or ";" in tag for tag in tags) else ", ".join(tags)


def guarded(text: str) -> str:
    """Put a ' before what a spreadsheet would run as a formula; an import takes it off again."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _csv_text(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
