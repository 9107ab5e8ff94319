"""A person's own names: categories, groups of them ("Food" for "Food / Groceries") and payees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from assistant.understanding.names import Name

_BETWEEN = " / "


def own_names(categories: Sequence[tuple[str, str]], payees: Iterable[str]) -> list[Name]:
    """Return all names: categories (given as id and name), then groups, then payees."""
    groups: dict[str, list[str]] = defaultdict(list)
    for category_id, category in categories:
        parts = category.split(_BETWEEN)
        for length in range(1, len(parts)):
            groups[_BETWEEN.join(parts[:length])].append(category_id)
    whole = {category for _category_id, category in categories}
    return [
        *(Name("category", category, (category_id,)) for category_id, category in categories),
        *(Name("group", name, tuple(ids)) for name, ids in groups.items() if name not in whole),
        *(Name("payee", payee) for payee in payees if payee.strip()),
    ]
