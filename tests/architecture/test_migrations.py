"""A new version comes in step by step, and may go back out: every migration says from which code on it may be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.storage.schema import Schema

BEFORE_THE_RULE = {"expenses": "0003", "budgets": "0001", "notifier": "0002"}
"""The newest revision of each service that nobody rolled out step by step."""
UPGRADES = (Path(__file__).parents[2] / "docs" / "operate" / "upgrades.md").read_text("utf-8")


@pytest.mark.parametrize("service", sorted(BEFORE_THE_RULE))
def test_a_revision_names_compatible_code_or_its_upgrade_is_described(service: str) -> None:
    newer = [revision for revision in Schema(service).known if revision > BEFORE_THE_RULE[service]]
    for revision in newer:
        assert "from" in revision or f"{service} {revision}" in UPGRADES, (
            f"{service} {revision} stops all older code: call it {revision}from<oldest revision whose code can go on>, "
            f"or say in docs/operate/upgrades.md, naming '{service} {revision}', how to get past it"
        )
        number, since, floor = revision.partition("from")
        assert not since or floor < number
