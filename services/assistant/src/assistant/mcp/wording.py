"""The sentences next to the figures. They repeat figures, but never the text of a payee or a note."""

from __future__ import annotations

from datetime import date

from assistant.mcp.names import quoted
from assistant.mcp.results import BudgetResult, MoneyResult


def amount(value: MoneyResult) -> str:
    """Write an amount: 1234.50 EUR."""
    return f"{value.amount} {value.currency}"


def counted(number: int, one: str, many: str) -> str:
    """Write a count: 1 entry, 2 entries."""
    return f"{number} {one if number == 1 else many}"


def there_are(number: int, one: str, many: str) -> str:
    """Begin a sentence with a count: there is 1 sum, there are 2 sums."""
    return f"there {'is' if number == 1 else 'are'} {counted(number, one, many)}"


def period(first: date | None, last: date | None) -> str:
    """Write a period as the end of a sentence, with a space before it; empty for all time."""
    if first and last:
        return f" on {first}" if first == last else f" from {first} to {last}"
    if first:
        return f" since {first}"
    return f" until {last}" if last else ""


def state_of(budget: BudgetResult) -> str:
    left = f"{amount(budget.remaining)} left"
    if budget.state == "exceeded":
        left = f"over by {budget.remaining.amount.removeprefix('-')} {budget.remaining.currency}"
    said = f"{quoted(budget.name)}: {amount(budget.spent)} of {amount(budget.limit)} spent ({budget.percent}%), {left}"
    said += f", {budget.first} to {budget.last}"
    if budget.pace:
        expected, projected = amount(budget.pace.expected), amount(budget.pace.projected)
        said += f"; an even pace would be {expected} by now, the present pace ends at {projected}"
    return said + "."
