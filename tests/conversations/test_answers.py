"""The built-in assistant answers the open questions, each language over the public API; `make assistant-eval` measures all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conversations.scoring import LOCALES, scores

OPEN = json.loads((Path(__file__).parent / "questions" / "open.json").read_text("utf-8"))


@pytest.mark.parametrize("language", LOCALES)
def test_the_open_questions_are_answered(language: str) -> None:
    """At least 92 % of what can be answered is right, 97 % of the rest is declined, and nothing else is changed."""
    score = scores(OPEN, language)
    assert score.share("answerable") >= 0.92, score.wrong
    assert score.share("unanswerable") >= 0.97, score.wrong
    assert score.counts["wrong writes"] == 0, score.wrong
