"""Money is exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money import CURRENCIES, Money, MoneyError

amounts = st.builds(Money, st.integers(-(10**15) + 1, 10**15 - 1), st.sampled_from(sorted(CURRENCIES)))


@given(amounts)
def test_an_amount_is_read_as_it_was_written(money: Money) -> None:
    assert Money.from_wire(money.to_wire()) == money
    assert Money.of(money.decimal, money.currency) == money


@given(amounts, st.integers(-(10**14), 10**14))
def test_sums_are_exact(money: Money, minor: int) -> None:
    other = Money(minor, money.currency)
    assert (money + other - other, -Money(-money.minor, money.currency)) == (money, money)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.3", "EUR", 1230),
        ("0.29", "EUR", 29),
        ("19.99", "USD", 1999),
        ("5", "JPY", 5),
        ("1.234", "KWD", 1234),
        ("1.50", "JPY", None),
        ("1.00", "JPY", 1),
        ("007", "EUR", 700),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(text, currency, minor) -> None:
    if minor is None:
        with pytest.raises(MoneyError, match="no decimals"):
            Money.parse(text, currency)
    else:
        assert Money.parse(text, currency).minor == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.234", "EUR"),
        ("1e5", "EUR"),
        ("", "EUR"),
        ("NaN", "EUR"),
        ("1,5", "EUR"),
        ("+1", "EUR"),
        ("1" * 16, "EUR"),
        ("9" * 15, "EUR"),
        ("١٢", "EUR"),
        ("1", "XXX"),
        ("1", "eur"),
        ("1", "XAU"),
    ],
)
def test_an_invalid_amount_is_refused(text, currency) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


def test_rounding_is_half_to_even() -> None:
    assert [Money.of(Decimal(text), "EUR").minor for text in ("0.005", "0.015", "0.025", "-0.015")] == [0, 2, 2, -2]


def test_different_currencies_do_not_add_up() -> None:
    with pytest.raises(MoneyError):
        Money(1, "EUR") + Money(1, "USD")
