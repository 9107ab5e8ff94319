"""The tool operations: questions with period, category and payee in words, for Watson's extension and scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assistant.answering.context import Answer
from assistant.conversation.api import person_of, token_of
from assistant.conversation.model import Outcome
from assistant.conversation.rate_limit import RateLimit
from assistant.person import Person
from assistant.toolapi.answerer import TEMPLATES, Answerer, NotUnderstoodError
from assistant.tools.model import ToolError
from assistant.tools.toolbox import Toolbox
from assistant.understanding.question import Intent, Question
from chassis.runtime.problems import UnavailableError
from chassis.web.request import Request, Response

_SHOWN = 10


class ToolRefusedError(Exception):
    """The question cannot be answered like this."""


class ToolApi:
    """One method for each operation. None of them changes anything."""

    def __init__(self, *, tools_of: Callable[[Person, str], Toolbox], rate_limit: RateLimit, clock: Callable[[], datetime]) -> None:
        """`tools_of` returns the tools of a person, given their service token."""

        def answerer_of(request: Request) -> Answerer:
            rate_limit.take(request.caller.user_id)
            person = person_of(request.caller, clock)
            return Answerer(person, tools_of(person, token_of(request)), new_id=_no_proposals)

        self._answerer_of = answerer_of

    def ask_spending(self, request: Request, **words: str) -> Response:
        return _answered(self._answerer_of(request), "spending", words)

    def ask_comparison(self, request: Request, **words: str) -> Response:
        return _answered(self._answerer_of(request), "comparison", words)

    def ask_biggest(self, request: Request, limit: int = 5, **words: str) -> Response:
        return _answered(self._answerer_of(request), "biggest", words, limit=limit)

    def ask_entries(self, request: Request, limit: int = _SHOWN, **words: str) -> Response:
        return _answered(self._answerer_of(request), "entries", words, limit=limit)

    def ask_budgets(self, request: Request, **words: str) -> Response:
        return _answered(self._answerer_of(request), "budgets", words)

    def ask_why(self, request: Request, **words: str) -> Response:
        return _answered(self._answerer_of(request), "why", words)


def _answered(answerer: Answerer, template: str, words: Mapping[str, str], *, limit: int | None = None) -> Response:
    try:
        question = _question(answerer, template, {name: said.strip() for name, said in words.items() if said.strip()})
        answer = answerer.answer(replace(question, limit=limit))
    except ToolError as error:
        raise (ToolRefusedError if error.lasting else UnavailableError)(str(error)) from error
    view = _view(answer)
    if answer.outcome is Outcome.DECLINED:
        raise NotUnderstoodError(view["text"])
    return view, 200, {}


def _question(answerer: Answerer, template: str, words: Mapping[str, str]) -> Question:
    """Put a question together from its parts; raises NotUnderstoodError."""
    wanted = TEMPLATES[template]
    names = (
        *(answerer.categories(words["category"]) if "category" in words else ()),
        *(answerer.payees(words["payee"]) if "payee" in words else ()),
    )
    periods = tuple(answerer.period(words[name]) for name in ("period", "against") if name in words)
    intent = Intent.BUDGET if wanted.intent is Intent.BUDGETS and names else wanted.intent
    return Question(intent, periods=periods, names=names, texts=(words["text"],) if "text" in words else (), sorting=wanted.sorting)


def _view(answer: Answer) -> dict[str, Any]:
    """Return the answer as one object without block types, since programs ask for one thing at a time."""
    view: dict[str, Any] = {"text": " ".join(block["text"] for block in answer.blocks if block["type"] == "text")}
    for block in answer.blocks:
        view |= {name: value for name, value in block.items() if name not in ("type", "text", "title", "options")}
    return view


def _no_proposals() -> str:
    raise NotImplementedError
