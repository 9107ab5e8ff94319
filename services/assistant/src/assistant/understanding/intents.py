"""Decides the intent of a text. The rules are tried in order, and the first match wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.understanding.details import add_details, is_against_average, limit_of, lists_months, topic_of
from assistant.understanding.question import Intent, Question
from assistant.understanding.reading import Reading
from assistant.understanding.selector import Selector

_ALONE = frozenset({"tokens", "import", "export", "receipts", "currencies"})
"""Topics that do not need a "how do I"."""
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


def decide(reading: Reading) -> Question:
    """Return the question in a text by itself, with `Intent.UNKNOWN` if no rule matches."""
    selector = Selector(reading)
    selected, moved = (replace(selector.question(moves=moves), limit=limit_of(reading)) for moves in (False, True))
    for intent, matches in _RULES:
        described = moved if intent is Intent.RECATEGORISE else selected
        if matches(reading, described):
            return add_details(reading, replace(described, intent=intent))
    return add_details(reading, selected)


def _is_help(reading: Reading, question: Question) -> bool:
    if reading.has("warn_me") and reading.has("how_to", "topic:budgets"):
        return True
    if question.amount is not None or not topic_of(reading):
        return False
    if reading.has("how_to"):
        return not (reading.has("most", "biggest") or question.periods)
    return reading.has("help")


def _is_addition(reading: Reading, question: Question) -> bool:
    if question.amount is None:
        return reading.first("add") == 0 and not reading.has(*_ASKS, "budget", "topic:import")
    if _is_budget(reading, question) or reading.has("recategorise_strict") or _has_no_one_price(reading, question):
        return False
    if reading.has("dont") or _is_negative(reading):
        return False
    if reading.has("add"):
        return True
    if reading.first("asks_first") == 0 or reading.has("not_spent"):
        return False  # "did I spend 40 at Chipotle", "I want to buy a bike for 300"
    says_what = bool(question.description or question.names or question.amount_currency or reading.has("spend", "buy"))
    return says_what and not reading.has(*_ASKS, "several", "what")


def _is_negative(reading: Reading) -> bool:
    """Whether an amount has a minus sign: "-5", but not "lunch - 5"."""
    tokens = reading.line.tokens
    firsts = [reading.line.phrases[amount.first].first for amount in reading.amounts]
    return any(
        at > 0
        and tokens[at - 1].key == "-"
        and tokens[at - 1].end == tokens[at].start
        and (at == 1 or tokens[at - 2].end < tokens[at - 1].start)
        for at in firsts
    )


def _has_no_one_price(reading: Reading, question: Question) -> bool:
    """Whether there are several prices, so that none is the price of the whole expense, or no price at all."""
    selector = Selector(reading)
    prices = [each for each in reading.amounts if not selector.counts(each)]
    told = [each for each in prices if each.currency in (None, question.amount_currency)]
    if not prices and reading.has("buy") and not reading.has("add"):
        return True  # "bought 3 books" has no price
    return len(told) > 1 or (not prices and len(reading.amounts) > 1)


def _is_budget(reading: Reading, question: Question) -> bool:
    if question.amount is None or reading.has("add"):
        return question.amount is not None and reading.has("budget", "topic:budgets")
    return reading.has("budget", "topic:budgets") or (reading.has("change") and not reading.has("spend", "buy", "entry"))


def _is_recategorising(reading: Reading, question: Question) -> bool:
    if not reading.has("recategorise") or question.into is None or reading.has("how_much", "count", "average"):
        return False  # "how much have I put on my phone?" moves nothing
    return question.amount is None or reading.has("entry", "reference", "ones")


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
    return reading.has("compare") or (reading.has("either") and len(question.names) == 2)


def _is_average(reading: Reading, question: Question) -> bool:
    if is_against_average(reading, question) or lists_months(reading):
        return False
    return reading.has("average", "per_month", "per_week", "per_day", "per_year") and not reading.has("budget")


def _is_ranking(reading: Reading, question: Question) -> bool:
    if lists_months(reading) or (reading.has("often") and reading.has("which_payee", "which_category")):
        return True
    if reading.has("which_category", "which_payee", "which_month"):
        return reading.has("most", "often", "biggest", "smallest", "spend", "list", "by", "how_much") and not reading.has("count")
    if _ranks_payees(reading, question):
        return True
    if _is_of_payees(question) or reading.has("biggest", "entry", "count"):
        return False
    if reading.has("top") and reading.has("spend_only") and not question.names:
        return False  # "top 5 spending in May" asks for entries
    return reading.has("most", "top", "often") and bool(question.names or question.periods)


def _ranks_payees(reading: Reading, question: Question) -> bool:
    """Whether the question is about places, as in "the most expensive restaurants", rather than bills."""
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
    return reading.has("list") or _implies_list(reading, question)


def _implies_list(reading: Reading, question: Question) -> bool:
    """Whether a question implies a list, such as "which expenses were over 50" or "everything from yesterday"."""
    bounded = question.at_least is not None or question.at_most is not None
    if reading.has("entry") and (question.uncategorised or bounded or (question.currency and not reading.has("spend"))):
        return True
    if bounded and reading.has("what") and not reading.has("spend_only"):
        return True  # "what cost more than 100?"
    if reading.has("income") and reading.has("what") and not reading.has("spend"):
        return True
    if reading.has("everything") and not reading.has("except"):
        return True
    return reading.has("buy") and bool(question.periods or question.selects)


def _is_count(reading: Reading, _question: Question) -> bool:
    return reading.has("count") and not _counts_money(reading)


def _counts_money(reading: Reading) -> bool:
    """Whether the question is "how many euros", which means how much."""
    return any(reading.line.value(at + 1, "currency") is not None for at in reading.cues.get("count", ()))


def _is_income_sum(reading: Reading, _question: Question) -> bool:
    return reading.has("income") and not reading.has("spend_only")


def _is_spending(reading: Reading, question: Question) -> bool:
    return reading.has("spend", "how_much", "count") or (reading.has("what") and bool(question.periods or question.selects))


def _is_topic_alone(reading: Reading, question: Question) -> bool:
    """Whether only a topic of the guide is named, as in "CSV upload?" or "which currencies are possible?"."""
    said = question.periods or question.names or question.texts or question.amount is not None
    return topic_of(reading) in _ALONE and not said and not reading.has("cannot", "destroy")


_RULES: tuple[tuple[Intent, Callable[[Reading, Question], bool]], ...] = (
    (Intent.HELP, _is_help),
    (Intent.SET_BUDGET, _is_budget),
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
    (Intent.HELP, _is_topic_alone),
)
