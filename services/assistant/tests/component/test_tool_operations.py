"""The tool operations, as Watson's extension and scripts call them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from assistant.app import build
from assistant.builtin import BuiltIn
from assistant.settings import AssistantSettings
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor
from chassis.security.tokens import Caller
from support.asgi import call
from support.tools_in_memory import SESSION, USER, ToolsInMemory, id_of

ANN = Caller(USER, SESSION, "session", frozenset({"read"}), "EUR", "Europe/Berlin", "en-GB")
Ask = Callable[..., httpx.Response]


@pytest.fixture
def memory_tools() -> ToolsInMemory:
    return ToolsInMemory()


@pytest.fixture
def ask(memory_tools: ToolsInMemory) -> Ask:
    service = build(
        AssistantSettings(messages_per_minute=30),
        verify=lambda _token: ANN.claims(),
        encryptor=Encryptor(b"k" * 32),
        metrics=Metrics(),
        clock=lambda: datetime(2026, 11, 30, 12, tzinfo=UTC),
        builtin=BuiltIn(new_id=lambda: "none"),
        tools_of=lambda _person, _token: memory_tools,
        validate_responses=True,
    )

    def get(tool: str, **words: Any) -> httpx.Response:
        return call(service.web, "GET", f"assistant/tools/{tool}", params=words, headers={"Authorization": "Bearer x"})

    return get


def test_spending_in_words(ask: Ask) -> None:
    answer = ask("spending", period="last month", category="groceries").json()
    assert answer["text"] == "Groceries, October 2026: you spent €65.50."
    assert answer["figures"][0]["amount"] == {"amount": "65.50", "currency": "EUR"}
    assert answer["figures"][0]["link"] == "/expenses?from=2026-10-01&to=2026-10-31"


def test_spending_at_a_payee(ask: Ask) -> None:
    assert "71.20" in ask("spending", payee="rewe").json()["text"]


def test_missing_or_empty_parameters_restrict_nothing(ask: Ask) -> None:
    assert ask("spending").json()["text"] == ask("spending", period="", category=" ").json()["text"]


def test_comparison_with_the_previous_period(ask: Ask) -> None:
    answer = ask("comparison", period="this month", category="groceries").json()
    assert [figure["amount"]["amount"] for figure in answer["figures"]] == ["31.20", "65.50", "-34.30"]


def test_comparison_with_another_period(ask: Ask) -> None:
    answer = ask("comparison", period="October 2026", against="November 2026", category="groceries").json()
    assert [figure["amount"]["amount"] for figure in answer["figures"]] == ["65.50", "31.20", "34.30"]


def test_the_biggest_expenses(ask: Ask) -> None:
    answer = ask("biggest", period="last month", limit=2).json()
    assert [entry["payee"] for entry in answer["entries"]] == ["Landlord", "Rewe"]


def test_entries_by_a_text(ask: Ask) -> None:
    answer = ask("entries", text="coffee").json()
    assert [entry["payee"] for entry in answer["entries"]] == ["Corner Cafe"]


def test_budgets_and_why(ask: Ask) -> None:
    assert ask("budgets").json()["budgets"][0]["state"] == "exceeded"
    assert ask("budgets", category="groceries").json()["budgets"][0]["remaining"]["amount"] == "-1.20"
    answer = ask("why", category="groceries").json()
    assert "Rewe" in answer["text"]
    assert answer["entries"][0]["id"] == id_of(4)


@pytest.mark.parametrize(
    "words", [{"period": "the day the cows came home"}, {"category": "frobnication"}, {"payee": "nobody i know"}]
)
def test_unknown_words_are_refused(ask: Ask, words: dict[str, str]) -> None:
    answer = ask("spending", **words)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/not-understood"
    assert next(iter(words.values())) in answer.json()["detail"]


def test_a_refusal_of_the_api_is_passed_on(ask: Ask, memory_tools: ToolsInMemory) -> None:
    memory_tools.broken = "Expenses refuses."
    assert (ask("spending").status_code, ask("spending").json()["detail"]) == (422, "Expenses refuses.")


@pytest.mark.parametrize("query", [{"period": "x" * 101}, {"limit": 0}, {"limit": 51}, {"limit": "many"}, {"sql": "drop"}])
def test_invalid_parameters_are_refused(ask: Ask, query: dict[str, Any]) -> None:
    assert ask("biggest", **query).status_code == 400


def test_markup_and_sql_are_only_words(ask: Ask) -> None:
    for text in ("<script>alert(1)</script>", "'; drop table expenses; --", "\u0930\u0941\u092a\u092f\u0947"):
        assert ask("entries", text=text).status_code in (200, 422)
    assert ask("entries", text="\x00\x1b").status_code == 400


def test_questions_are_limited_like_messages(ask: Ask) -> None:
    assert [ask("spending").status_code for _ in range(31)][-1] == 429


@pytest.mark.parametrize("period", ["0 .", "last fortnight", "\u2776", "\u1369 weeks ago"])
def test_odd_days_and_digits_cause_no_error(ask: Ask, period: str) -> None:
    assert ask("spending", period=period).status_code in (200, 422)
