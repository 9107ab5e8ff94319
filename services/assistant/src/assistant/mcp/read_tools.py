"""The tools that read entries, categories and payees."""

from __future__ import annotations

from dataclasses import replace

from assistant.mcp import results, wording
from assistant.mcp.access import Access
from assistant.mcp.arguments import BiggestExpenses, FindEntries, ListCategories, Payees, Spending
from assistant.mcp.schemas import ToolAnswer
from assistant.mcp.selection import Selected, check_days, selected
from assistant.tools.model import By, Order, ToolError, Total
from assistant.understanding.text import key_of

_ORDERS = {"newest": Order.NEWEST, "oldest": Order.OLDEST, "largest": Order.LARGEST, "smallest": Order.SMALLEST}


def spending(access: Access, given: Spending) -> ToolAnswer:
    """Add up entries; group them; compare them with another period."""
    chosen = selected(given, access.tools)
    total = access.tools.total(chosen.selection)
    sums = access.tools.sums(chosen.selection, By(given.group_by)) if given.group_by else ()
    result = results.SpendingResult(
        kind=given.kind,
        first=given.first,
        last=given.last,
        total=results.money(total.amount),
        count=total.count,
        used=chosen.used,
        groups=tuple(results.group(each) for each in sums[: given.limit]),
        groups_found=len(sums),
        comparison=_comparison(access, given, chosen, total),
        link=total.link,
    )
    return ToolAnswer(result, _spending_text(result, given.group_by or ""))


def _comparison(access: Access, given: Spending, chosen: Selected, total: Total) -> results.ComparisonResult | None:
    first, last = given.compare_from, given.compare_to
    if first is None and last is None:
        return None
    if first is None or last is None:
        message = "compare_from and compare_to belong together: pass both days of the period to compare with."
        raise ToolError(message, code="invalid_arguments")
    check_days(first, last, "compare_from", "compare_to")
    other = access.tools.total(replace(chosen.selection, first=first, last=last))
    difference = total.amount - other.amount
    percent = round(100 * difference.minor / abs(other.amount.minor), 1) if other.amount.minor else None
    return results.ComparisonResult(
        first=first,
        last=last,
        total=results.money(other.amount),
        count=other.count,
        difference=results.money(difference),
        percent=percent,
    )


def _spending_text(found: results.SpendingResult, group_by: str) -> str:
    verb = "Spent" if found.kind == "expense" else "Earned"
    entries = wording.counted(found.count, "entry", "entries")
    said = [f"{verb} {wording.amount(found.total)} in {entries}{wording.period(found.first, found.last)}."]
    if group_by:
        groups = wording.there_are(found.groups_found, "sum", "sums")
        said.append(f"By {group_by} {groups}; {len(found.groups)} in `groups`.")
    if (other := found.comparison) is not None:
        percent = f", {other.percent:+}%" if other.percent is not None else ""
        said.append(
            f"{wording.period(other.first, other.last).strip().capitalize()} it was {wording.amount(other.total)}: "
            f"a difference of {wording.amount(other.difference)}{percent}."
        )
    return " ".join(said)


def biggest_expenses(access: Access, given: BiggestExpenses) -> ToolAnswer:
    return _entries(access, selected(given, access.tools), Order.LARGEST, given)


def find_entries(access: Access, given: FindEntries) -> ToolAnswer:
    return _entries(access, selected(given, access.tools), _ORDERS[given.order], given)


def _entries(access: Access, chosen: Selected, order: Order, given: BiggestExpenses | FindEntries) -> ToolAnswer:
    found = access.tools.entries(chosen.selection, order, given.limit)
    result = results.EntriesResult(
        entries=tuple(results.entry(each) for each in found.entries[: given.limit]),
        found=found.total,
        used=chosen.used,
        link=found.link,
    )
    text = f"{wording.counted(found.total, 'entry fits', 'entries fit')}{wording.period(given.first, given.last)}"
    if not result.entries:
        return ToolAnswer(result, text + ".")
    first = result.entries[0]
    text += f"; {len(result.entries)} in `entries`. The first is of {first.spent_on}, {wording.amount(first.amount)}."
    return ToolAnswer(result, text)


def list_categories(access: Access, _given: ListCategories) -> ToolAnswer:
    known = access.tools.categories()
    result = results.CategoriesResult(categories=tuple(results.CategoryResult(id=each.id, name=each.name) for each in known))
    return ToolAnswer(result, f"{wording.there_are(len(known), 'category', 'categories').capitalize()}, in `categories`.")


def payees(access: Access, given: Payees) -> ToolAnswer:
    wanted = key_of(given.matching)
    known = [each for each in access.tools.payees() if wanted in key_of(each)]
    result = results.PayeesResult(payees=tuple(results.bounded(each) for each in known[: given.limit]), found=len(known))
    return ToolAnswer(result, f"{wording.there_are(len(known), 'payee', 'payees').capitalize()}; {len(result.payees)} in `payees`.")
