"""Which faults are injected, and in which order: the same for the same seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faults.kinds import Kind


def drawn(kinds: Sequence[Kind], count: int, chance: random.Random) -> list[Kind]:
    """Return so many faults at random: every kind comes before any is repeated."""
    found: list[Kind] = []
    while len(found) < count:
        found += chance.sample(list(kinds), len(kinds))
    return found[:count]
