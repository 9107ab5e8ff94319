"""The sentences beside the figures. They repeat the figures, and nothing that a payee or a note says."""

from __future__ import annotations

from datetime import date

from assistant.mcp.names import quoted
from assistant.mcp.results import BudgetResult, MoneyResult


def amount(value: MoneyResult) -> str:
    """Write an amount: 1234.50 EUR."""
    return f"{value.amount} {value.currency}"


def counted(number: int, one: str, many: str) -> str:
    """Write how many there are: 1 entry, 2 entries."""
    return f"{number} {one if number == 1 else many}"


def there_are(number: int, one: str, many: str) -> str:
    """Write the beginning of a sentence about how many there are: there is 1 sum, there are 2 sums."""
    return f"there {'is' if number == 1 else 'are'} {counted(number, one, many)}"


def period(first: date | None, last: date | None) -> str:
    """Write a period as the end of a sentence, with a space before it unless it is everything."""
    if first and last:
        return f" on {first}" if first == last else f" from {first} to {last}"
    if first:
        return f" since {first}"
    return f" until {last}" if last else ""


def state_of(budget: BudgetResult) -> str:
    """Write how a budget stands."""
    left = f"{amount(budget.remaining)} left"
    if budget.state == "exceeded":
        left = f"over by {budget.remaining.amount.removeprefix('-')} {budget.remaining.currency}"
    said = f"{quoted(budget.name)}: {amount(budget.spent)} of {amount(budget.limit)} spent ({budget.percent}%), {left}"
    said += f", {budget.first} to {budget.last}"
    if budget.pace:
        said += f"; an even pace is at {amount(budget.pace.expected)} by now, this one ends at {amount(budget.pace.projected)}"
    return said + "."
