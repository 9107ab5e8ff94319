"""Sums in the home currency: from the running totals where these have them, from the expenses otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from expenses.entries.filter import ExpenseFilter
from expenses.entries.model import EXPENSE
from expenses.home_currency.conversion import one_currency
from expenses.totals.model import ALL, CATEGORY, DAY, MONTH, PAYEE, spans_of
from money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chassis.security.tokens import Caller
    from expenses.books.model import Book
    from expenses.entries.filter import FilterRequest
    from expenses.unit_of_work import ExpensesStore, ExpensesUnitOfWork

    Sums = Iterator[tuple[str, str, int, int]]
    """(key, kind, home_minor, entries)."""

_NO_CATEGORY, _NO_PAYEE = "No category", "No payee"


@dataclass(slots=True)
class SummaryLine:
    """What was spent and earned in one category, month or day, or with one payee."""

    key: str
    """Empty for no category or no payee."""
    spent: Money
    earned: Money
    count: int = 0
    label: str = ""

    def add(self, kind: str, minor: int, entries: int) -> None:
        amount = Money(minor, self.spent.currency)
        self.count += entries
        if kind == EXPENSE:
            self.spent += amount
        else:
            self.earned += amount


@dataclass(frozen=True, slots=True)
class Summary:
    """The sums that were asked for."""

    by: str
    filter: ExpenseFilter
    lines: Sequence[SummaryLine]
    spent: Money
    earned: Money


class SummaryService:
    """Sums up expenses."""

    def __init__(self, store: ExpensesStore) -> None:
        self._store = store

    def by(self, caller: Caller, by: str, request: FilterRequest) -> Summary:
        """Return the sums by category, month, day or payee of what is filtered. Raises ConvertingError, InvalidFilterError."""
        with self._store.read() as uow:
            book, lines = uow.books.find(caller.book_id), list[SummaryLine]()
            currency = book.home_currency if book else caller.home_currency
            wanted = request.in_currency(currency)
            if book:
                with one_currency(uow, book):
                    lines = _lines(uow, book, by, wanted)
                _label(uow, book, by, lines)
        nothing = Money(0, currency)
        spent, earned = sum((line.spent for line in lines), nothing), sum((line.earned for line in lines), nothing)
        return Summary(by, wanted, _sorted(lines, by), spent, earned)


def _lines(uow: ExpensesUnitOfWork, book: Book, by: str, wanted: ExpenseFilter) -> list[SummaryLine]:
    lines: dict[str, SummaryLine] = {}
    nothing = Money(0, book.home_currency)
    sums = _counted(uow, book, by, wanted) if _is_counted(by, wanted) else _added_up(uow, book, by, wanted)
    for key, kind, minor, entries in sums:
        line = lines.get(key) or lines.setdefault(key, SummaryLine(key, nothing, nothing))
        line.add(kind, minor, entries)
    return list(lines.values())


def _label(uow: ExpensesUnitOfWork, book: Book, by: str, lines: Sequence[SummaryLine]) -> None:
    names = {category.id: category.name for category in uow.categories.all(book)} if by == "category" else {}
    for line in lines:
        line.label = names.get(line.key, _NO_CATEGORY) if by == "category" else line.key or _NO_PAYEE


def _is_counted(by: str, wanted: ExpenseFilter) -> bool:
    """Say whether the running totals have the sums: they know days and kinds, and besides these categories or payees."""
    rest = replace(wanted, first=None, last=None, kind=None)
    rest = replace(rest, payee=None) if by == "payee" else replace(rest, categories=())
    return rest == ExpenseFilter()


def _added_up(uow: ExpensesUnitOfWork, book: Book, by: str, wanted: ExpenseFilter) -> Sums:
    length = 7 if by == "month" else None
    for key, kind, minor, entries in uow.expenses.sums(book, wanted, "day" if by == "month" else by):
        yield key[:length], kind, minor, entries


def _counted(uow: ExpensesUnitOfWork, book: Book, by: str, wanted: ExpenseFilter) -> Sums:
    """Yield the sums from the running totals, without those that are not wanted."""
    chosen = {"" if key == "none" else key for key in wanted.categories}
    if by in {"day", "month"}:
        sums = _by_time(uow, book, by, wanted, sorted(chosen))
    else:
        chosen = chosen if by == "category" or wanted.payee is None else {wanted.payee}
        sums = _by_bucket(uow, book, CATEGORY if by == "category" else PAYEE, wanted)
    for key, kind, minor, entries in sums:
        if wanted.kind in {None, kind} and (not chosen or by in {"day", "month"} or key in chosen):
            yield key, kind, minor, entries


def _by_bucket(uow: ExpensesUnitOfWork, book: Book, dimension: str, wanted: ExpenseFilter) -> Sums:
    for spans in spans_of(dimension, *_days(wanted)):
        yield from uow.totals.by_bucket(book, spans)


def _by_time(uow: ExpensesUnitOfWork, book: Book, by: str, wanted: ExpenseFilter, categories: Sequence[str]) -> Sums:
    dimension = CATEGORY if categories else ALL
    longest, length = (DAY, 10) if by == "day" else (MONTH, 7)
    for spans in spans_of(dimension, *_days(wanted), longest=longest):
        for span, kind, minor, entries in uow.totals.by_span(book, spans, categories):
            yield span[:length], kind, minor, entries


def _days(wanted: ExpenseFilter) -> tuple[str | None, str | None]:
    first, last = wanted.first, wanted.last
    return first.isoformat() if first else None, last.isoformat() if last else None


def _sorted(lines: list[SummaryLine], by: str) -> list[SummaryLine]:
    if by in {"day", "month"}:
        return sorted(lines, key=lambda line: line.key)
    return sorted(lines, key=lambda line: (-line.spent.minor, -line.earned.minor, line.key))
