"""How far an import has come, as budgets learn of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """An import whose expenses come in several events, before or after the one that says how many there are."""

    import_id: str
    at: datetime
    """When its last event came."""
    received: int = 0
    """Expenses that came."""
    expected: int | None = None
    """How many there are; None as long as that is unknown."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The data of import.completed."""
    undone: bool = False
    """Whether it was undone, so that its summary is withdrawn, whether it was published already or not."""

    @property
    def is_complete(self) -> bool:
        return self.expected is not None and self.received >= self.expected
