"""The clock of a process, and the ids that it makes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chassis.runtime.clock import clock_from, to_wire
from chassis.runtime.ids import uuid7

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clock_in_a_file_can_be_moved(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2015-01-24T12:00:00Z\n")
    clock = clock_from(f"file:{file}")
    assert clock() == datetime(2015, 1, 24, 12, tzinfo=UTC)
    file.write_text("2015-02-01T00:00:00+02:00")
    assert to_wire(clock()) == "2015-01-31T22:00:00Z"


def test_ids_made_later_sort_later() -> None:
    ids = [uuid7() for _ in range(10_000)]
    assert ids == sorted(set(ids))
