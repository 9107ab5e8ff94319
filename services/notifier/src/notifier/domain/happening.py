"""Something that another service told of, as the use cases see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind` is the type of the event, `facts` its data as contracts/events describes them."""

    event_id: str
    kind: str
    facts: Mapping[str, Any]
    at: datetime
    """When what caused it happened, which may be long before it is heard of."""

    @property
    def user_id(self) -> str:
        """Whom it concerns."""
        return str(self.facts["user_id"])
