"""Adds the details of an intent: order and length of a list, the topic of help, the cycle of a budget."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.reading import Reading

_CYCLES = ("weekly", "quarterly", "yearly")
_PER = ("day", "week", "year")
_MOST_LISTED = 50
_RECENT = 10
_TOPICS = (
    "delete-account",
    "password",
    "sessions",
    "keyboard",
    "restore",
    "undo-import",
    "entry",
    "tokens",
    "import",
    "export",
    "receipts",
    "alerts",
    "currencies",
    "categories",
    "budgets",
)


def add_details(reading: Reading, question: Question) -> Question:
    """Return the question with the details that its intent needs."""
    if question.amount is not None and question.intent in (Intent.ENTRIES, Intent.SPENDING, Intent.COUNT):
        question = _of_amount(question, question.amount)
    if question.intent is Intent.RANKING:
        return replace(
            question,
            is_by_count=reading.has("often") or _goes_most(reading),
            sorting=Sorting.SMALLEST if reading.has("smallest") else Sorting.OLDEST,
            grouping=_grouping(reading, question),
            limit=limit_of(reading) or (1 if _is_singular(reading) else None),
        )
    if question.intent is Intent.ENTRIES:
        return replace(question, sorting=_sorting(reading), limit=_entries_limit(reading), is_income=is_income(reading))
    if question.intent is Intent.RECATEGORISE and reading.has("latest"):
        return replace(question, sorting=Sorting.LATEST, limit=limit_of(reading) or 1)
    if question.intent is Intent.HELP:
        return replace(question, topic="alerts" if reading.has("warn_me") else topic_of(reading))
    if question.intent is Intent.SET_BUDGET:
        return replace(question, cycle=next((cycle for cycle in _CYCLES if reading.has(cycle)), ""), step=_step(reading))
    if question.intent is Intent.COMPARISON:
        question = replace(question, against_average=is_against_average(reading, question))
    if question.intent is Intent.AVERAGE:
        question = replace(question, per=next((per for per in _PER if reading.has(f"per_{per}")), "month"))
    return replace(question, is_income=is_income(reading))


def _step(reading: Reading) -> int:
    """Return whether a budget is raised (1) or lowered (-1) by an amount, or set to it (0)."""
    if not any(amount.first - 1 in reading.cues.get("relative", ()) for amount in reading.amounts):
        return 0  # "by 50", not "to 50"
    return 1 if reading.has("raise") else -1 if reading.has("lower") else 0


def is_income(reading: Reading) -> bool:
    """Whether the question is about income."""
    return reading.has("income") and not reading.has("spend_only")


def _grouping(reading: Reading, question: Question) -> Grouping:
    if reading.has("which_month") or lists_months(reading):
        return Grouping.MONTH
    if reading.has("which_payee") or (question.names and not reading.has("which_category")):
        return Grouping.PAYEE
    return Grouping.CATEGORY


def _of_amount(question: Question, amount: Decimal) -> Question:
    """Return the question about entries of exactly this amount: "what was the 28.50 for?"."""
    intent = Intent.COUNT if question.intent is Intent.COUNT else Intent.ENTRIES
    return replace(question, intent=intent, at_least=amount, at_most=amount, amount=None)


def _goes_most(reading: Reading) -> bool:
    """Whether the question is "where do I go most", which is about how often."""
    return reading.has("most") and reading.has("visit") and reading.has("which_payee") and not reading.has("spend", "how_much")


def _is_singular(reading: Reading) -> bool:
    return not reading.has("several", "by") and not lists_months(reading)


def lists_months(reading: Reading) -> bool:
    """Whether the question is "list my spending per month", which is not about an average."""
    return reading.has("per_month") and reading.has("list") and not reading.has("average", "budget")


def _sorting(reading: Reading) -> Sorting:
    if reading.has("biggest", "most"):
        return Sorting.BIGGEST
    if reading.has("smallest"):
        return Sorting.SMALLEST
    return Sorting.LATEST if reading.has("latest") else Sorting.OLDEST


def _entries_limit(reading: Reading) -> int | None:
    limit = limit_of(reading)
    if limit is not None or _sorting(reading) is Sorting.OLDEST:
        return limit
    if reading.has("latest"):
        return _RECENT if _are_entries(reading) else 1
    return 5 if reading.has("several") else 1


def _are_entries(reading: Reading) -> bool:
    """Whether the question is about "recent expenses", not about when the last one was."""
    plural = set(reading.cues.get("several", ())) & set(reading.cues.get("entry", ()))
    return bool(plural) and not reading.has("buy")


def limit_of(reading: Reading) -> int | None:
    """Return the number beside "top" or "biggest": "top five", "the 3 biggest", "die drei größten"."""
    for cue in ("most", "biggest", "smallest", "latest", "top", "which_category", "which_payee"):
        for at in reading.cues.get(cue, ()):
            for beside in (at + 1, at - 1, at + 2, at - 2):
                number = number_at(reading, beside)
                if number is not None and 1 <= number <= _MOST_LISTED:
                    return number
    return next((number for at in reading.cues.get("what", ()) if (number := number_at(reading, at + 1))), None)


def number_at(reading: Reading, index: int) -> int | None:
    """Return a phrase as a whole number; None if it is not one, or if it is "a"."""
    key, word = reading.line.key(index), reading.line.value(index, "number")
    if word is not None:
        return int(Decimal(word)) if Decimal(word) > 1 else None
    return int(key) if key.isdigit() and len(key) <= 2 else None


def topic_of(reading: Reading) -> str:
    """Return the topic of the guide that the words hint at, the most specific one first."""
    topics = [topic for topic in _TOPICS if reading.has(f"topic:{topic}")]
    return topics[0] if topics else ""


def is_against_average(reading: Reading, question: Question) -> bool:
    """Whether a period is compared with the average."""
    return reading.has("average") and reading.has("compare") and bool(question.periods)
