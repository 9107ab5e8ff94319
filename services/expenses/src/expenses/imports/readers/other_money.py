"""Tells amounts from fees, rates and amounts of other currencies by their titles."""

from __future__ import annotations

import re
from functools import lru_cache

from expenses.imports.readers.vocabulary import CHARGE, FEE, FOREIGN, RATE, fits

_BESIDE = (
    r"after|before|incl\w*|excl\w*|net of|without|with|less|minus|plus|nach|vor|ohne|mit|inkl\w*|exkl\w*|abzuglich|zuzuglich|apres|"
    "avant|hors|avec|sans|despues de|antes de|con|sin|dopo|prima|al netto|senza|na|voor|zonder|met|po|przed|bez|efter|fore|utan|"
    "med|depois de|sem|com"
)
_MENTION = re.compile(
    rf"\b(?:{_BESIDE}) (?:\w+ )?(\w+)|\b(\w+) (?:included|excluded|inbegriffen|comprises?|incluid[oa]s?|incluse)\b"
)


@lru_cache(1_000)
def without_fees(title: str) -> str:
    """Return a title without what it says of the fees of its amounts: "source amount after fees" is a source amount."""
    found = [match for match in _MENTION.finditer(title) if fits(match[1] or match[2], FEE) or fits(match[1] or match[2], CHARGE)]
    for match in reversed(found):
        title = title[: match.start()] + title[match.end() :]
    return " ".join(title.split())


def is_fee(title: str) -> bool:
    """Say whether a title means a fee."""
    return bool(fits(without_fees(title), FEE))


def may_be_fee(title: str) -> bool:
    """Say whether a title beside a column of amounts means a fee."""
    return is_fee(title) or bool(fits(without_fees(title), CHARGE))


def is_rate(title: str) -> bool:
    """Say whether a title means a rate."""
    return bool(fits(title, RATE))


def is_foreign(title: str) -> bool:
    """Say whether a title means an amount as it was paid abroad, or its currency."""
    return bool(fits(title, FOREIGN))
