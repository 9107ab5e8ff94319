"""Chooses the columns of the amounts: one, or one for spending and one for income. A running balance proves the choice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise, permutations
from typing import NamedTuple

from expenses.imports.readers.columns import Column
from expenses.imports.readers.money_titles import are_sides, is_fee, is_rate, other_currencies, role_of

Values = Sequence[Decimal | None]
_ENOUGH = 0.6
"""The share of the steps that must add up; files of several accounts, and fees in a column of their own, break some."""


class BalanceProof(NamedTuple):
    """How well a balance and an amount fit, and what each row did to the balance (None if that is not known)."""

    share: float
    steps: int
    changes: list[int | None]
    """1 for a row that raised the balance, -1 for a row that lowered it."""


def prove_balance(amounts: Values, balances: Values, days: Sequence[str | None]) -> BalanceProof | None:
    """Return the proof that one column is the running balance of the other, None if it is not.

    The balance may be the one before or after each booking, and the newest booking may come first or last. The dates say which;
    otherwise it is the balance after the booking.
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
    """Say whether the newest row is first, None if the dates do not tell."""
    known = [day for day in days if day]
    down = sum(one > other for one, other in pairwise(known))
    up = sum(one < other for one, other in pairwise(known))
    return None if up == down else down > up


def _tried(amounts: Values, balances: Values, *, newest_first: bool, before: bool) -> BalanceProof | None:
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
    return BalanceProof(right / steps, steps, changes) if right and right >= _ENOUGH * steps else None


_MOST_ROWS = 300
_HALF, _NEARLY_ALL = 0.5, 0.95
"""Shares of the rows in which a column is filled."""
_MOST_COLUMNS = 8
_EXCLUSIVE = 0.05
"""The share of the rows that may fill both of two columns that are still a pair."""
_BELIEVED_STEPS = 3
"""Steps that a balance needs to overrule titles: one or two can add up by chance."""


class MoneyColumns(NamedTuple):
    """The columns by field, other columns that each field could be, and what a balance proves about each row."""

    columns: dict[str, int]
    candidates: dict[str, list[int]]
    proof: BalanceProof | None = None
    certain: bool = True
    """Whether it is known which of two columns is spending."""


def money_columns(columns: Sequence[Column], days: Sequence[str | None], given: dict[str, int]) -> MoneyColumns:
    """Return the columns of amounts; `given` are the columns that the caller chose."""
    taken = {index for name, index in given.items() if name not in _FIELDS}
    usable = [column for column in columns if column.index not in taken]
    money = [column for column in usable if column.is_money and not column.counts_up]
    if not money:
        money = [
            column
            for column in usable
            if role_of(column) in {"amount", "debit", "credit"} and column.has_amounts and not column.is_date
        ]
    proofs = _proofs(money, days)
    ranked = sorted(money, key=lambda column: _score(column, proofs), reverse=True)
    chosen = dict(given)
    certain = True
    if given.keys().isdisjoint({"amount", "debit", "credit"}):
        pair = _pair(usable, money, days, proofs)
        if pair is not None and not _single_is_better(ranked, pair, proofs):
            chosen |= {"debit": pair.debit, "credit": pair.credit}
            certain = pair.certain
        elif ranked and role_of(ranked[0]) != "balance":
            chosen["amount"] = ranked[0].index
    return _with_balance(chosen, columns, money, ranked, days, certain=certain)


_FIELDS = ("amount", "debit", "credit", "balance")


_ROLE_SCORES = {"amount": 3.0, "debit": 2.0, "credit": 1.5, "": 1.0, "other": -3.0, "balance": -5.0}


def _score(column: Column, proofs: dict[tuple[int, int], BalanceProof]) -> float:
    """Return a score for how likely a column is the amount."""
    proven = any(amount == column.index for amount, _ in proofs)
    balance = any(balance == column.index for _, balance in proofs)
    score = (
        _ROLE_SCORES[role_of(column)]
        - 6.0 * (is_fee(column.title) or is_rate(column.title))
        + 6.0 * proven
        - 6.0 * balance
        + 2.0 * column.share
        + 1.0 * column.exact
    )
    nothing = not any(column.nonzero)
    return score + 0.5 * column.signed - 0.5 * column.constant - 3.0 * nothing - 0.01 * column.index


def _proofs(money: Sequence[Column], days: Sequence[str | None]) -> dict[tuple[int, int], BalanceProof]:
    """Return what proves that one column is the running balance of another."""
    amounts = [column for column in money if not is_fee(column.title) and not is_rate(column.title)]
    full = [column for column in amounts if column.share > _HALF][:_MOST_COLUMNS]
    found = {}
    for amount, balance in permutations(full, 2):
        proof = prove_balance(amount.values[:_MOST_ROWS], balance.values[:_MOST_ROWS], days[:_MOST_ROWS])
        against = role_of(amount) == "balance" or role_of(balance) == "amount"
        if proof is not None and not (amount.constant or balance.constant or (against and proof.steps < _BELIEVED_STEPS)):
            found[amount.index, balance.index] = proof
    return found


class _Pair(NamedTuple):
    debit: int
    credit: int
    titled: bool
    certain: bool = True


def _pair(
    usable: Sequence[Column], money: Sequence[Column], days: Sequence[str | None], proofs: dict[tuple[int, int], BalanceProof]
) -> _Pair | None:
    titled = [
        _Pair(debit.index, credit.index, titled=True)
        for debit in usable
        for credit in usable
        if debit is not credit and are_sides(debit, credit) and _may_be_pair(debit, credit, money)
    ]
    if titled:
        return titled[0]
    balances = {balance for _, balance in proofs}
    plain = [column for column in money if role_of(column) not in {"other", "balance"} and column.index not in balances]
    for at, one in enumerate(plain):
        for other in plain[at + 1 :]:
            if _excludes(one, other) and any(one.nonzero) and any(other.nonzero) and not other_currencies(one, other):
                return _ordered(one, other, money, days)
    return None


def _may_be_pair(debit: Column, credit: Column, money: Sequence[Column]) -> bool:
    either = {column.index for column in money}
    if debit.index not in either and credit.index not in either:
        return False
    if any(column.filled and column.index not in either for column in (debit, credit)):
        return False
    both = sum(one and other for one, other in zip(debit.nonzero, credit.nonzero, strict=True))
    return both <= _EXCLUSIVE * len(debit.cells)


def _excludes(one: Column, other: Column) -> bool:
    """Say whether each row fills exactly one of the two."""
    filled = [a + b for a, b in zip(one.nonzero, other.nonzero, strict=True)]
    return sum(count == 1 for count in filled) >= (1 - _EXCLUSIVE) * len(filled)


def _ordered(one: Column, other: Column, money: Sequence[Column], days: Sequence[str | None]) -> _Pair:
    """Return which of two columns is spending and which income: by titles, a balance, signs, or how often they are filled."""
    for debit, credit in ((one, other), (other, one)):
        if role_of(debit) == "debit" or role_of(credit) == "credit":
            return _Pair(debit.index, credit.index, titled=True)
    proof = next((found for column in money if (found := prove_pair(one, other, column, days))), None)
    if proof is not None:
        lowered = [change for change, filled in zip(proof.changes, one.nonzero, strict=False) if filled and change]
        debit, credit = (one, other) if sum(lowered) <= 0 else (other, one)
        return _Pair(debit.index, credit.index, titled=False)
    if one.signed != other.signed:
        debit, credit = (one, other) if one.signed else (other, one)
        return _Pair(debit.index, credit.index, titled=False)
    debit, credit = (one, other) if sum(one.nonzero) >= sum(other.nonzero) else (other, one)
    return _Pair(debit.index, credit.index, titled=False, certain=False)


def prove_pair(one: Column, other: Column, balance: Column, days: Sequence[str | None]) -> BalanceProof | None:
    """Return the proof that a column is the running balance of two others, of which each row fills one."""
    if balance.index in {one.index, other.index} or balance.share < _HALF:
        return None
    amounts = [abs(a or Decimal(0)) or abs(b or Decimal(0)) for a, b in zip(one.values, other.values, strict=True)]
    return prove_balance(amounts[:_MOST_ROWS], balance.values[:_MOST_ROWS], days[:_MOST_ROWS])


def _single_is_better(ranked: Sequence[Column], pair: _Pair, proofs: dict[tuple[int, int], BalanceProof]) -> bool:
    """Say whether one column has the amounts of all rows while two others only look like a pair."""
    best = next((column for column in ranked if column.index not in {pair.debit, pair.credit}), None)
    if best is None or role_of(best) in {"other", "balance"}:
        return False
    proven = any(amount == best.index for amount, _ in proofs)
    return not pair.titled and best.share > _NEARLY_ALL and (proven or role_of(best) == "amount")


def _with_balance(
    chosen: dict[str, int],
    columns: Sequence[Column],
    money: Sequence[Column],
    ranked: Sequence[Column],
    days: Sequence[str | None],
    *,
    certain: bool,
) -> MoneyColumns:
    """Add the balance, its proof, and the other columns that each field could be."""
    used = {index for name, index in chosen.items() if name != "balance"}
    others = [column for column in money if column.index not in used and not is_fee(column.title) and not is_rate(column.title)]
    proofs = {column.index: proof for column in others if (proof := _proof_of(chosen, columns, column, days))}
    balances = sorted(proofs, key=lambda index: -proofs[index].share)
    balances += [column.index for column in others if role_of(column) == "balance" and column.index not in balances]
    if balances:
        chosen.setdefault("balance", balances[0])
    likely = [column.index for column in ranked if role_of(column) != "other" or column.exact]
    candidates = {name: [chosen[name], *(index for index in likely if index != chosen[name])] for name in _FIELDS if name in chosen}
    found = {name: indexes for name, indexes in candidates.items() if len(indexes) > 1}
    return MoneyColumns(chosen, found, proofs.get(chosen.get("balance", -1)), certain)


def _proof_of(
    chosen: dict[str, int], columns: Sequence[Column], balance: Column, days: Sequence[str | None]
) -> BalanceProof | None:
    width = len(columns)
    if "amount" in chosen and chosen["amount"] < width:
        amounts = columns[chosen["amount"]].values
        return prove_balance(amounts[:_MOST_ROWS], balance.values[:_MOST_ROWS], days[:_MOST_ROWS])
    if {"debit", "credit"} <= chosen.keys() and max(chosen["debit"], chosen["credit"]) < width:
        return prove_pair(columns[chosen["debit"]], columns[chosen["credit"]], balance, days)
    return None
