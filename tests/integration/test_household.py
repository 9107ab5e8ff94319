"""The household's years: the same 34 exceeded months however its expenses are entered, and exactly 34 emails when replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from household import entry_methods
from household.installations import HomeDeployment
from household.stores import ibm_stores
from testing.servers.sharing import folder_of_the_run

if TYPE_CHECKING:
    from pathlib import Path


# What is replayed with kills is replayed; `make household` tells all.
METHODS = [method for method in entry_methods.ALL if method is not entry_methods.replayed]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
def test_the_household_exceeds_its_budgets_34_times(method, tmp_path: Path) -> None:
    result = method(HomeDeployment(), tmp_path / "method")
    assert result.as_expected, result.summary


def test_a_month_of_it_in_one_process_on_the_stores_of_production(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("ibm_db", reason="IBM has no driver for this machine", exc_type=ImportError)
    with ibm_stores(folder_of_the_run(tmp_path_factory)) as stores:
        result = entry_methods.replayed(HomeDeployment(stores), tmp_path / "method", until="2015-01")
    assert result.as_expected, result.summary
    assert (result.mails["budget_exceeded"], result.receipts) == (1, 1)
