"""Events of one import, and what budgets published about its crossings."""

from __future__ import annotations

from typing import Any

from chassis.messaging.events import Event
from chassis.runtime.ids import uuid7
from support.budgets_world import MARIA, World

IMPORT = uuid7()


def a_batch(*changes: dict[str, Any], kind: str = "expense.recorded") -> Event:
    data = {"user_id": MARIA.user_id, "import_id": IMPORT, "changes": list(changes)}
    return Event(uuid7(), "/outlay/expenses", kind, MARIA.user_id, "2015-01-24T18:00:00Z", data)


def completed(imported: int) -> Event:
    data = {
        "user_id": MARIA.user_id,
        "import_id": IMPORT,
        "filename": "bank.csv",
        "rows": imported,
        "imported": imported,
        "duplicates": 0,
        "failed": 0,
        "from": "2015-01-01",
        "to": "2015-01-31",
    }
    return Event(uuid7(), "/outlay/expenses", "import.completed", IMPORT, "2015-01-24T18:00:00Z", data)


def published_alone(world: World) -> list[Event]:
    """The crossings that were published outside of the summary."""
    return [event for event in world.published("budget.near", "budget.exceeded") if event.data["import_id"] is None]
