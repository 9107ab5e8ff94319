"""The household's years: however its expenses come in, the same 34 exceedances, and as lived exactly 34 mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from household import stories
from household.houses import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("story", stories.ALL, ids=lambda story: story.__name__)
def test_the_household(story, tmp_path: Path) -> None:
    result = story(Home(), tmp_path / "story")
    assert result.as_expected, result.summary
