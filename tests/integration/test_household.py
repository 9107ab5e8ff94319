"""The household's years: however its expenses come in, the same 34 exceedances, and as lived exactly 34 mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from household import stories

if TYPE_CHECKING:
    from pathlib import Path


# What is lived with kills is lived; `make household` tells all.
STORIES = [story for story in stories.ALL if story is not stories.lived]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_household(story, tmp_path: Path) -> None:
    result = story(tmp_path / "story")
    assert result.as_expected, result.summary
