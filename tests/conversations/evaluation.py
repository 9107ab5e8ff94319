"""Compares an answer with what is expected of a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Answer = Mapping[str, Any]
"""As the API gives it."""
Expect = Mapping[str, Any]
_WRITES = {"propose", "done", "undone"}


def is_right(answer: Answer, expect: Expect) -> bool:
    """Whether an answer is what was expected, in the shape that the kind of question calls for."""
    return _CHECKS[expect["kind"]](answer, expect)


def is_wrong_write(answer: Answer, expect: Expect) -> bool:
    """Whether something was changed, or offered to be, that nobody asked for, or with other values."""
    return answer["outcome"] in ("done", "undone", "proposed") and not (expect["kind"] in _WRITES and is_right(answer, expect))


def _blocks(answer: Answer, kind: str) -> list[Mapping[str, Any]]:
    return [block for block in answer["blocks"] if block["type"] == kind]


def _figures(answer: Answer) -> list[Mapping[str, Any]]:
    return [figure for block in _blocks(answer, "figures") for figure in block["figures"]]


def _amounts(answer: Answer, kind: Sequence[str]) -> list[Decimal]:
    return [Decimal(figure["amount"]["amount"]) for figure in _figures(answer) if figure["kind"] in kind and "amount" in figure]


def _amount(answer: Answer, expect: Expect) -> bool:
    wanted = {Decimal(one["value"]) for one in expect.get("any_of", [expect])}
    return len(found := _amounts(answer, ("spent", "earned"))) == 1 and found[0] in wanted


def _average(answer: Answer, expect: Expect) -> bool:
    wanted = {Decimal(one["value"]) for one in expect.get("any_of", [expect])}
    found = _amounts(answer, ("average",))
    return len(found) == 1 and any(abs(found[0] - value) <= Decimal("0.01") for value in wanted)


def _count(answer: Answer, expect: Expect) -> bool:
    found = [figure["count"] for figure in _figures(answer) if figure["kind"] == "count"]
    return found == [expect["value"]]


def _comparison(answer: Answer, expect: Expect) -> bool:
    return sorted(_amounts(answer, ("spent", "earned", "average"))) == sorted(Decimal(value) for value in expect["values"])


def _names(answer: Answer, expect: Expect) -> bool:
    return [[item["label"] for item in block["items"]] for block in _blocks(answer, "ranking")] == [expect["values"]]


def _entries(answer: Answer, expect: Expect) -> bool:
    found = _blocks(answer, "entries")
    if len(found) != 1 or found[0]["total"] != expect["total"]:
        return False
    shown, wanted = [_entry(each) for each in found[0]["entries"]], [_wanted(each) for each in expect["entries"]]
    return shown[: len(wanted)] == wanted if expect.get("ordered") else sorted(shown) == sorted(wanted)


def _entry(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return entry["spent_on"], entry["payee"] or entry["description"], entry["home_amount"]["amount"]


def _wanted(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return entry["spent_on"], entry["payee"] or entry["description"], entry["amount"]


def _budget(answer: Answer, expect: Expect) -> bool:
    found = [budget for block in _blocks(answer, "budgets") for budget in block["budgets"]]
    if len(found) != 1 or not found[0]["from"].startswith(expect["month"]):
        return False
    limit, spent = found[0]["limit"]["amount"], found[0]["spent"]["amount"]
    return _is_named(found[0], expect["category"]) and (limit, spent) == (expect["limit"], expect["spent"])


def _is_named(budget: Mapping[str, Any], category: str) -> bool:
    """Whether it is the budget of a category, after which it is named: in whole, or by its last part."""
    return _last_part(budget["name"]) == _last_part(category)


def _last_part(name: str) -> str:
    return name.rpartition(" / ")[2]


def _budgets(answer: Answer, expect: Expect) -> bool:
    found = [budget for block in _blocks(answer, "budgets") for budget in block["budgets"]]
    by_state = {
        state: sorted(_last_part(budget["name"]) for budget in found if budget["state"] == state) for state in ("exceeded", "near")
    }
    in_month = bool(found) and all(budget["from"].startswith(expect["month"]) for budget in found)
    wanted = {state: sorted(_last_part(name) for name in expect[state]) for state in ("exceeded", "near")}
    return in_month and by_state == wanted


def _why(answer: Answer, expect: Expect) -> bool:
    found = [budget for block in _blocks(answer, "budgets") for budget in block["budgets"]]
    if not any(_is_named(budget, expect["category"]) and budget["from"].startswith(expect["month"]) for budget in found):
        return False
    tipped = _blocks(answer, "entries")
    if expect.get("not_exceeded"):
        return not tipped and answer["outcome"] == "answered"
    return [_entry(each) for block in tipped for each in block["entries"]] == [_wanted(expect["entry"])]


def _propose(answer: Answer, expect: Expect) -> bool:
    cards = _blocks(answer, "card")
    if answer["outcome"] != "proposed" or len(cards) != 1 or cards[0]["action"] != expect["action"]:
        return False
    return _BODIES[expect["action"]](cards[0], expect["body"])


def _added(card: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    given, texts = card["parameters"], _fields(card, "payee", "description")
    same = Decimal(given["amount"]) == Decimal(body["amount"]) and all(
        given[name] == body[name] for name in ("currency", "spent_on")
    )
    described = all(body[name].casefold() in texts for name in ("payee", "description") if name in body)
    return same and described and body.get("category", _fields_raw(card, "category")) == _fields_raw(card, "category")


def _budgeted(card: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    same = Decimal(card["parameters"]["limit"]) == Decimal(body["limit"])
    return (
        same
        and _fields_raw(card, "category") == body["category"]
        and card["parameters"].get("cycle", body["period"]) == body["period"]
    )


def _moved(card: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return _fields_raw(card, "category") == body["to"] and len(card["parameters"]["entries"]) == body["entries"]


def _fields(card: Mapping[str, Any], *names: str) -> str:
    return " ".join(_fields_raw(card, name) for name in names).casefold()


def _fields_raw(card: Mapping[str, Any], name: str) -> str:
    return next((str(field["value"]) for field in card["fields"] if field["name"] == name), "")


def _outcome(outcome: str) -> Callable[[Answer, Expect], bool]:
    return lambda answer, _expect: answer["outcome"] == outcome


def _clarify(answer: Answer, expect: Expect) -> bool:
    offered = {option[part] for block in _blocks(answer, "options") for option in block["options"] for part in ("label", "text")}
    return answer["outcome"] == "clarify" and set(expect["among"]) <= offered


def _help(answer: Answer, expect: Expect) -> bool:
    return answer["outcome"] == "help" and answer["intent"] == f"help:{expect['topic']}"


_BODIES = {"add_expense": _added, "set_budget": _budgeted, "change_budget": _budgeted, "recategorise": _moved}
_CHECKS: Mapping[str, Callable[[Answer, Expect], bool]] = {
    "amount": _amount,
    "count": _count,
    "comparison": _comparison,
    "average": _average,
    "names": _names,
    "entries": _entries,
    "budget": _budget,
    "budgets": _budgets,
    "pace": _budget,
    "why": _why,
    "propose": _propose,
    "done": _outcome("done"),
    "cancelled": _outcome("cancelled"),
    "undone": _outcome("undone"),
    "clarify": _clarify,
    "decline": _outcome("declined"),
    "help": _help,
}
