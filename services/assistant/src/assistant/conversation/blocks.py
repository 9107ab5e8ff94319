"""Makes the blocks that openapi.yaml describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from assistant.conversation.model import Block, Proposal
from assistant.tools.model import BudgetState, By, Entries, Entry, Sum, Total
from money import Money

_LONGEST_PAUSE = 10_000


def text(words: str) -> Block:
    """One or more sentences of plain text."""
    return {"type": "text", "text": words}


def figure(kind: str, label: str, *, amount: Money | None = None, count: int | None = None, link: str = "") -> Mapping[str, Any]:
    """One figure; `kind` is spent, earned, count, average, difference or remaining."""
    return _without_none(kind=kind, label=label, amount=amount.to_wire() if amount else None, count=count, link=link or None)


def figure_of(kind: str, label: str, total: Total) -> Mapping[str, Any]:
    return figure(kind, label, amount=total.amount, count=total.count, link=total.link)


def figures(*shown: Mapping[str, Any]) -> Block:
    """Figures, each with a link to its entries."""
    return {"type": "figures", "figures": list(shown)}


def entries(found: Entries) -> Block:
    return {"type": "entries", "entries": [_entry(each) for each in found.entries], "total": found.total, "link": found.link}


def budgets(states: Iterable[BudgetState]) -> Block:
    return {"type": "budgets", "budgets": [_budget(each) for each in states]}


def ranking(by: By, sums: Iterable[Sum]) -> Block:
    """Sums side by side."""
    items = [
        _without_none(label=each.label, amount=each.amount.to_wire(), count=each.count, link=each.link or None) for each in sums
    ]
    return {"type": "ranking", "by": by.value, "items": items}


def field(name: str, label: str, value: str) -> Mapping[str, str]:
    """One of a card's fields."""
    return {"name": name, "label": label, "value": value}


def card(proposal: Proposal, title: str, fields: Iterable[Mapping[str, str]]) -> Block:
    return {
        "type": "card",
        "id": proposal.id,
        "action": proposal.action,
        "title": title,
        "fields": list(fields),
        "parameters": dict(proposal.parameters),
        "state": "proposed",
    }


def card_in(shown: Block, state: str, *, link: str = "") -> Block:
    """The same card in another state: done, undone or cancelled."""
    kept = {name: value for name, value in shown.items() if name != "link"}
    return _without_none(**{**kept, "state": state, "link": link or None})


def options(title: str, choices: Iterable[tuple[str, str]]) -> Block:
    """Options to choose from, as (label, text to send)."""
    return {"type": "options", "title": title, "options": [{"label": label, "text": words} for label, words in choices]}


def link(label: str, url: str) -> Block:
    """A page of the UI, or an external https address."""
    return {"type": "link", "label": label, "url": url}


def image(url: str, alternative: str) -> Block:
    """A picture on another server."""
    return {"type": "image", "url": url, "alternative": alternative}


def pause(milliseconds: int, *, typing: bool) -> Block:
    """A pause before the next block."""
    return {"type": "pause", "milliseconds": max(0, min(milliseconds, _LONGEST_PAUSE)), "typing": typing}


def search(title: str, results: Iterable[tuple[str, str, str]]) -> Block:
    found = [{"title": head, "text": body, "url": url} for head, body, url in results]
    return {"type": "search", "title": title, "results": found}


def agent(words: str) -> Block:
    """Shown where Watson Assistant would hand over to a person."""
    return {"type": "agent", "text": words}


def _entry(each: Entry) -> Mapping[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind.value,
        "spent_on": _day(each.spent_on),
        "payee": each.payee,
        "description": each.description,
        "category": each.category.name if each.category else "",
        "amount": each.amount.to_wire(),
        "home_amount": each.home_amount.to_wire(),
        "link": each.link,
    }


def _budget(each: BudgetState) -> Mapping[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "from": _day(each.first),
        "to": _day(each.last),
        "limit": each.limit.to_wire(),
        "spent": each.spent.to_wire(),
        "remaining": each.remaining.to_wire(),
        "percent": each.percent,
        "state": each.state,
        "link": each.link,
    }


def _day(day: date) -> str:
    return day.isoformat()


def _without_none(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
