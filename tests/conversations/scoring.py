"""Asks the assistant all questions over the public API, and scores its answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from conversations.evaluation import is_right, is_wrong_write
from support.asgi import led_to
from support.household_api import Household, running_household

LOCALES = {"en": "en-US", "de": "de-DE", "es": "es-ES", "fr": "fr-FR", "hi": "hi-IN"}
_CHANGES = frozenset({"done", "undone"})


@dataclass
class Score:
    """How many turns were answered as expected, and how long each took in seconds."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Each turn that went wrong, as it was said."""

    def add(self, said: str, answer: Mapping[str, Any], expect: Mapping[str, Any], seconds: float) -> None:
        """Count a turn."""
        kind, right = ("unanswerable" if expect["kind"] == "decline" else "answerable"), is_right(answer, expect)
        self.counts[kind] += 1
        self.counts[f"{kind} right"] += right
        self.counts["wrong writes"] += is_wrong_write(answer, expect)
        self.seconds.append(seconds)
        if not right:
            self.wrong.append(f"{said!r}: {expect['kind']} expected, {answer['outcome']} ({answer['intent']}) given")

    def share(self, kind: str) -> float:
        """Return which part of the `answerable` or `unanswerable` turns was answered rightly."""
        return self.counts[f"{kind} right"] / max(self.counts[kind], 1)

    @property
    def p95(self) -> float:
        """Of the seconds that an answer took."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] if self.seconds else 0.0


def scores(talks: list[dict[str, Any]], language: str) -> Score:
    """Have all conversations of a language."""
    score = Score()
    with running_household(LOCALES[language], ASSISTANT_MESSAGES_PER_MINUTE="1000000") as home, _client(home) as client:
        for talk in (each for each in talks if each["language"] == language):
            has_changed = False
            for said, answer, expect, seconds in _turns(client, talk):
                score.add(said, answer, expect, seconds)
                if answer["outcome"] in _CHANGES:
                    home.settle()
                    has_changed = True
            if has_changed:
                home.reset()
    return score


def _client(home: Household) -> httpx.Client:
    headers = {"Authorization": f"Bearer {home.credential}"}
    return httpx.Client(transport=led_to(home.suite.web), base_url="http://outlay.test/api/v1", headers=headers)


def _turns(client: httpx.Client, talk: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any], float]]:
    conversation: dict[str, str] = {}
    for turn in talk["turns"]:
        started = time.perf_counter()
        answer = client.post("/assistant/messages", json={"text": turn["say"], **conversation}).raise_for_status().json()
        yield turn["say"], answer, turn["expect"], time.perf_counter() - started
        conversation = {"conversation": answer["conversation"]}
