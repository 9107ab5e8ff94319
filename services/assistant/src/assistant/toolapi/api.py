"""The tool operations of openapi.yaml: questions whose parts come in the person's own words, for Watson's extension and scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.answering.context import Answer
from assistant.answering.described import NotUnderstoodError
from assistant.conversation.allowance import Allowance
from assistant.conversation.api import person_of, token_of
from assistant.conversation.model import Outcome
from assistant.person import Person
from assistant.toolapi.asking import WISHES, Asking
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox
from assistant.understanding.question import Intent, Question
from chassis.runtime.problems import UnavailableError
from chassis.web.request import Request, Response

_SHOWN = 10


class ToolRefusedError(Exception):
    """The question cannot be answered like this."""


class ToolOperations:
    """One method for each operation. None of them changes anything."""

    def __init__(self, *, tools_of: Callable[[Person, str], Toolbox], allowance: Allowance, clock: Callable[[], datetime]) -> None:
        """`tools_of` makes the tools of a person out of the token that they sent."""

        def asking_of(request: Request) -> Asking:
            allowance.take(request.caller.user_id)
            person = person_of(request.caller, clock)
            return Asking(person, tools_of(person, token_of(request)), new_id=_nothing_is_proposed)

        self._asking_of = asking_of

    def ask_spending(self, request: Request, **words: str) -> Response:
        """Say how much was spent."""
        return _answered(self._asking_of(request), "spending", words)

    def ask_comparison(self, request: Request, **words: str) -> Response:
        """Compare a period with another one, or with the one before it."""
        return _answered(self._asking_of(request), "comparison", words)

    def ask_biggest(self, request: Request, limit: int = 5, **words: str) -> Response:
        """Return the largest expenses."""
        return _answered(self._asking_of(request), "biggest", words, limit=limit)

    def ask_entries(self, request: Request, limit: int = _SHOWN, **words: str) -> Response:
        """Return the latest expenses that fit."""
        return _answered(self._asking_of(request), "entries", words, limit=limit)

    def ask_budgets(self, request: Request, **words: str) -> Response:
        """Say how budgets stand."""
        return _answered(self._asking_of(request), "budgets", words)

    def ask_why(self, request: Request, **words: str) -> Response:
        """Say what took a budget over its limit."""
        return _answered(self._asking_of(request), "why", words)


def _answered(asking: Asking, wish: str, words: Mapping[str, str], *, limit: int | None = None) -> Response:
    try:
        question = _question(asking, wish, {name: said.strip() for name, said in words.items() if said.strip()})
        answer = asking.answer(replace(question, limit=limit))
    except ToolError as error:
        raise (ToolRefusedError if error.lasting else UnavailableError)(str(error)) from error
    view = _view(answer)
    if answer.outcome is Outcome.DECLINED:
        raise NotUnderstoodError(view["text"])
    return view, 200, {}


def _question(asking: Asking, wish: str, words: Mapping[str, str]) -> Question:
    """Return the question that the parts make; raises NotUnderstoodError."""
    wanted = WISHES[wish]
    names = (
        *(asking.categories(words["category"]) if "category" in words else ()),
        *(asking.payees(words["payee"]) if "payee" in words else ()),
    )
    periods = tuple(asking.period(words[name]) for name in ("period", "against") if name in words)
    intent = Intent.BUDGET if wanted.intent is Intent.BUDGETS and names else wanted.intent
    return Question(intent, periods=periods, names=names, texts=(words["text"],) if "text" in words else (), sorting=wanted.sorting)


def _view(answer: Answer) -> dict[str, Any]:
    """Return the answer without the order and the types of its blocks: programs ask for one thing at a time."""
    view: dict[str, Any] = {"text": " ".join(block["text"] for block in answer.blocks if block["type"] == "text")}
    for block in answer.blocks:
        view |= {name: value for name, value in block.items() if name not in ("type", "text", "title", "options")}
    return view


def _nothing_is_proposed() -> str:
    raise NotImplementedError
