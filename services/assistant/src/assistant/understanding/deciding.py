"""Decides what somebody wants from what is in their text. The rules are tried in order; the first that fits decides."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from assistant.understanding.question import Grouping, Intent, Question, Sorting
from assistant.understanding.selecting import Selector

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.understanding.reading import Reading

_ASKS = (
    "how_much",
    "count",
    "list",
    "biggest",
    "smallest",
    "most",
    "average",
    "compare",
    "why",
    "latest",
    "question",
    "left",
    "pace",
)
_CYCLES = ("weekly", "quarterly", "yearly")
_PER = ("day", "week", "year")
_MOST_LISTED = 50


def decide(reading: Reading) -> Question:
    """Return what a text asks for by itself; `Intent.UNKNOWN` if nothing in it says so."""
    selector = Selector(reading)
    selected, moved = (replace(selector.question(moves=moves), limit=_limit(reading)) for moves in (False, True))
    for intent, fits in _RULES:
        described = moved if intent is Intent.RECATEGORISE else selected
        if fits(reading, described):
            return _finish(reading, replace(described, intent=intent))
    return _finish(reading, selected)


def _finish(reading: Reading, question: Question) -> Question:
    if question.intent is Intent.RANKING:
        return replace(
            question,
            is_by_count=reading.has("often"),
            grouping=_grouping(reading, question),
            limit=_limit(reading) or (1 if _is_singular(reading) else None),
        )
    if question.intent is Intent.ENTRIES:
        return replace(question, sorting=_sorting(reading), limit=_entries_limit(reading), is_income=_is_income(reading))
    if question.intent is Intent.HELP:
        return replace(question, topic=_topic(reading))
    if question.intent is Intent.SET_BUDGET:
        return replace(question, cycle=next((cycle for cycle in _CYCLES if reading.has(cycle)), ""), step=_step(reading))
    if question.intent is Intent.COMPARISON:
        question = replace(question, against_average=_is_against_average(reading, question))
    if question.intent is Intent.AVERAGE:
        question = replace(question, per=next((per for per in _PER if reading.has(f"per_{per}")), "month"))
    return replace(question, is_income=_is_income(reading))


def _step(reading: Reading) -> int:
    """Return the direction in which a budget is changed by an amount."""
    if not any(amount.first - 1 in reading.cues.get("relative", ()) for amount in reading.amounts):
        return 0  # "by 50", not "to 50"
    return 1 if reading.has("raise") else -1 if reading.has("lower") else 0


def _is_income(reading: Reading) -> bool:
    return reading.has("income") and not reading.has("spend_only")


def _is_help(reading: Reading, question: Question) -> bool:
    if question.amount is not None or not _topic(reading):
        return False
    if reading.has("how_to"):
        return not (reading.has("most", "biggest") or question.periods)
    return reading.has("help")


def _is_addition(reading: Reading, question: Question) -> bool:
    if question.amount is None:
        return reading.first("add") == 0 and not reading.has(*_ASKS, "budget", "topic:import")
    if _is_budget(reading, question) or reading.has("recategorise_strict"):
        return False
    if reading.has("add"):
        return True
    says_what = bool(question.description or question.names or question.amount_currency or reading.has("spend", "buy"))
    return says_what and not reading.has(*_ASKS, "several", "what")


def _is_budget(reading: Reading, question: Question) -> bool:
    if question.amount is None or reading.has("add"):
        return question.amount is not None and reading.has("budget")
    return reading.has("budget") or (reading.has("change") and not reading.has("spend", "buy", "entry"))


def _sets_budget(reading: Reading, question: Question) -> bool:
    return _is_budget(reading, question)


def _is_recategorising(reading: Reading, question: Question) -> bool:
    if not reading.has("recategorise") or question.into is None:
        return False
    return question.amount is None or reading.has("entry", "reference")


def _is_why(reading: Reading, question: Question) -> bool:
    if reading.has("culprit") and reading.has("exceeded"):
        return True
    if reading.has("what") and reading.has("entry") and reading.has("exceeded") and question.names:
        return True
    return reading.has("why")


def _is_pace(reading: Reading, _question: Question) -> bool:
    return reading.has("pace")


def _is_budgets(reading: Reading, question: Question) -> bool:
    if question.names or question.texts:
        return False
    if reading.has("left") and not reading.has("reference", "also"):
        return True
    return (reading.has("budget") and not reading.has("add")) or (reading.has("exceeded") and not reading.has("spend"))


def _is_one_budget(reading: Reading, question: Question) -> bool:
    if reading.has("budget") and question.names:
        return True
    return reading.has("left", "standing", "exceeded") and bool(question.names) and not reading.has("list", "count", "most")


def _is_comparison(reading: Reading, question: Question) -> bool:
    if len(question.periods) > 1 and not reading.has("add"):
        return True
    return reading.has("compare") or (reading.has("either") and len(question.names) == 2)  # noqa: PLR2004


def _is_average(reading: Reading, question: Question) -> bool:
    if _is_against_average(reading, question):
        return False
    return reading.has("average", "per_month", "per_week", "per_day", "per_year") and not reading.has("budget")


def _is_against_average(reading: Reading, question: Question) -> bool:
    return reading.has("average") and reading.has("compare") and bool(question.periods)


def _is_ranking(reading: Reading, question: Question) -> bool:
    if reading.has("often") and reading.has("which_payee", "which_category"):
        return True
    if reading.has("which_category", "which_payee", "which_month"):
        return reading.has("most", "often", "biggest", "spend", "list", "by", "how_much") and not reading.has("count")
    if _ranks_payees(reading, question):
        return True
    if _is_of_payees(question) or reading.has("biggest", "entry", "count"):
        return False
    if reading.has("top") and reading.has("spend_only") and not question.names:
        return False  # "top 5 spending in May" asks for entries
    return reading.has("most", "top", "often") and bool(question.names or question.periods)


def _ranks_payees(reading: Reading, question: Question) -> bool:
    """Whether "the most expensive restaurants" are wanted: places, and no bills of theirs."""
    places = any(reading.line.means(reading.phrase_of(name), "cue", "several") for name in reading.names)
    return places and bool(question.names) and reading.has("biggest") and not reading.has("entry", "count")


def _is_of_payees(question: Question) -> bool:
    return bool(question.names) and all(name.kind == "payee" for name in question.names)


def _is_list(reading: Reading, question: Question) -> bool:
    if reading.has("biggest", "smallest") or (reading.has("most") and _is_of_payees(question)):
        return True
    if reading.has("latest"):
        return not (reading.has("not") and question.periods)  # "not this month but last"
    if reading.has("count", "how_much"):
        return reading.has("buy") and reading.has("what") and not reading.has("count", "spend")
    if reading.has("top") and reading.has("spend_only", "entry"):
        return True
    is_bounded = question.at_least is not None or question.at_most is not None
    if reading.has("spend_only") and not reading.has("entry") and not is_bounded:
        return False  # "show me my spending in May" asks for the sum
    return reading.has("list") or _is_list_without_saying_so(reading, question)


def _is_list_without_saying_so(reading: Reading, question: Question) -> bool:
    """Whether "which expenses were over 50", "what came in" or "everything from yesterday" asks for the entries."""
    bounded = question.at_least is not None or question.at_most is not None
    if reading.has("entry") and (question.uncategorised or (bounded and reading.has("what"))):
        return True
    if reading.has("income") and reading.has("what") and not reading.has("spend"):
        return True
    if reading.has("everything") and not reading.has("except"):
        return True
    return reading.has("buy") and bool(question.periods or question.selects)


def _is_count(reading: Reading, _question: Question) -> bool:
    return reading.has("count")


def _is_income_sum(reading: Reading, _question: Question) -> bool:
    return reading.has("income") and not reading.has("spend_only")


def _is_spending(reading: Reading, question: Question) -> bool:
    return reading.has("spend", "how_much") or (reading.has("what") and bool(question.periods or question.selects))


_RULES: tuple[tuple[Intent, Callable[[Reading, Question], bool]], ...] = (
    (Intent.HELP, _is_help),
    (Intent.SET_BUDGET, _sets_budget),
    (Intent.WHY, _is_why),
    (Intent.RECATEGORISE, _is_recategorising),
    (Intent.ADD, _is_addition),
    (Intent.PACE, _is_pace),
    (Intent.BUDGETS, _is_budgets),
    (Intent.BUDGET, _is_one_budget),
    (Intent.AVERAGE, _is_average),
    (Intent.COMPARISON, _is_comparison),
    (Intent.COUNT, _is_count),
    (
        Intent.ENTRIES,
        lambda reading, question: (
            reading.has("biggest", "smallest")
            and not reading.has("which_category", "which_payee", "which_month")
            and not _ranks_payees(reading, question)
        ),
    ),
    (Intent.RANKING, _is_ranking),
    (Intent.ENTRIES, _is_list),
    (Intent.INCOME, _is_income_sum),
    (Intent.SPENDING, _is_spending),
)


def _grouping(reading: Reading, question: Question) -> Grouping:
    if reading.has("which_month"):
        return Grouping.MONTH
    if reading.has("which_payee") or (question.names and not reading.has("which_category")):
        return Grouping.PAYEE
    return Grouping.CATEGORY


def _is_singular(reading: Reading) -> bool:
    return not reading.has("several", "by")


def _sorting(reading: Reading) -> Sorting:
    if reading.has("biggest", "most"):
        return Sorting.BIGGEST
    if reading.has("smallest"):
        return Sorting.SMALLEST
    return Sorting.LATEST if reading.has("latest") else Sorting.OLDEST


def _entries_limit(reading: Reading) -> int | None:
    limit = _limit(reading)
    if limit is not None or _sorting(reading) is Sorting.OLDEST:
        return limit
    return 5 if reading.has("several") and not reading.has("latest") else 1


def _limit(reading: Reading) -> int | None:
    """Return the number beside "top" or "biggest": "top five", "the 3 biggest", "die drei größten"."""
    for cue in ("most", "biggest", "smallest", "latest", "top", "which_category", "which_payee"):
        for at in reading.cues.get(cue, ()):
            for beside in (at + 1, at - 1, at + 2, at - 2):
                number = number_at(reading, beside)
                if number is not None and 1 <= number <= _MOST_LISTED:
                    return number
    return None


def number_at(reading: Reading, index: int) -> int | None:
    """Return the whole number that a phrase is; None if it is none, or "a", which is no number."""
    key, word = reading.line.key(index), reading.line.value(index, "number")
    if word is not None:
        return int(Decimal(word)) if Decimal(word) > 1 else None
    return int(key) if key.isdigit() and len(key) <= 2 else None  # noqa: PLR2004


def _topic(reading: Reading) -> str:
    """Return the topic that the words hint at, the most special one first."""
    topics = [topic for topic in _TOPICS if reading.has(f"topic:{topic}")]
    return topics[0] if topics else ""


_TOPICS = ("delete-account", "tokens", "import", "export", "receipts", "alerts", "currencies", "categories", "budgets")
