"""The household's years: however its expenses come in, the same 34 exceedances, and as lived exactly 34 mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from household import stories
from household.houses import Home
from household.stores import ibm_stores
from support.sharing import folder_of_the_run

if TYPE_CHECKING:
    from pathlib import Path


# What is lived with kills is lived; `make household` tells all.
STORIES = [story for story in stories.ALL if story is not stories.lived]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_household(story, tmp_path: Path) -> None:
    result = story(Home(), tmp_path / "story")
    assert result.as_expected, result.summary


def test_a_month_of_it_in_one_process_on_the_stores_of_production(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("ibm_db", reason="IBM has no driver for this machine", exc_type=ImportError)
    with ibm_stores(folder_of_the_run(tmp_path_factory)) as stores:
        result = stories.lived(Home(stores), tmp_path / "story", until="2015-01")
    assert result.as_expected, result.summary
    assert (result.mails["budget_exceeded"], result.receipts) == (1, 1)
