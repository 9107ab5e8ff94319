"""The names that somebody has: categories, groups of them ("Food" for "Food / Groceries") and payees."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.understanding.names import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.tools.model import Category

_BETWEEN = " / "


def own_names(categories: Sequence[Category], payees: Iterable[str]) -> list[Name]:
    """Return all names, categories before groups before payees."""
    groups: dict[str, list[str]] = defaultdict(list)
    for category in categories:
        parts = category.name.split(_BETWEEN)
        for length in range(1, len(parts)):
            groups[_BETWEEN.join(parts[:length])].append(category.id)
    whole = {category.name for category in categories}
    return [
        *(Name("category", category.name, (category.id,)) for category in categories),
        *(Name("group", name, tuple(ids)) for name, ids in groups.items() if name not in whole),
        *(Name("payee", payee) for payee in payees if payee.strip()),
    ]
