"""What a running balance proves: which column is the amount, which the balance, and which rows are spending."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

Values = Sequence[Decimal | None]
_ENOUGH = 0.6
"""Share of the steps that must come out; files of several accounts, and fees in a column of their own, break some."""


class Proof(NamedTuple):
    """How well a balance and an amount fit, and what each row did to the balance (None where it does not tell)."""

    share: float
    steps: int
    changes: list[int | None]
    """1 for a row that raised the balance, -1 for one that lowered it."""


def prove(amounts: Values, balances: Values, days: Sequence[str | None]) -> Proof | None:
    """Return the proof that one column is the running balance of the other, None if it is not.

    The balance may be the one after each booking, or before it, and the newest booking first or last. The days tell which; if they
    do not, it is the balance after.
    """
    falling = _falling(days)
    tried = []
    for later, before in ((0, 0), (1, 0), (0, 1), (1, 1)):
        # Newest last: the balance of row i + 1 is that of row i plus an amount; newest first, the other way round.
        if falling is not None and falling != bool(later):
            continue
        proof = _tried(amounts, balances, newest_first=bool(later), before=bool(before))
        if proof is not None:
            tried.append(proof)
    return max(tried, key=lambda proof: proof.share, default=None)


def _falling(days: Sequence[str | None]) -> bool | None:
    """Say whether the newest row is first, None if the days do not tell."""
    known = [day for day in days if day]
    down = sum(one > other for one, other in pairwise(known))
    up = sum(one < other for one, other in pairwise(known))
    return None if up == down else down > up


def _tried(amounts: Values, balances: Values, *, newest_first: bool, before: bool) -> Proof | None:
    rows = list(range(len(amounts)))
    if newest_first:
        rows.reverse()
    changes: list[int | None] = [None] * len(rows)
    right = steps = 0
    for row, next_row in pairwise(rows):
        one, other = balances[row], balances[next_row]
        booked = row if before else next_row
        amount = amounts[booked]
        if one is None or other is None or not amount:
            continue
        steps += 1
        if abs(other - one) == abs(amount):
            right += 1
            changes[booked] = 1 if other > one else -1
    return Proof(right / steps, steps, changes) if right and right >= _ENOUGH * steps else None
