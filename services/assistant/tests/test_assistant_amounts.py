"""Amounts in words and digits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.understanding.amounts import find_amounts, number_of
from assistant.understanding.line import line_of
from assistant.understanding.vocabulary import vocabulary_of


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        ("3.50", ".", "3.50"),
        ("3,50", ",", "3.50"),
        ("3,50", ".", "3.50"),
        ("1,234", ".", "1234"),
        ("1.234", ",", "1234"),
        ("1.234,50", ",", "1234.50"),
        ("1,234.50", ".", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("12", ".", "12"),
        ("1.234", ".", "1.234"),
        ("1,234,567", ".", "1234567"),
    ],
)
def test_a_number_in_digits(text: str, sign: str, number: str) -> None:
    """The decimal sign of the locale decides what could be either."""
    assert number_of(text, sign) == Decimal(number)


@pytest.mark.parametrize("text", ["1234567890123", "1.23456", "12x"])
def test_other_numbers_are_not_amounts(text: str) -> None:
    """Too large, too precise, or no number at all."""
    assert number_of(text, ".") is None


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("coffee 3.50", "3.50", None),
        ("4,50 € coffee", "4.50", "EUR"),
        ("$12 lunch", "12", "USD"),
        ("₹250 chai", "250", "INR"),
        ("twenty bucks", "20", "USD"),
        ("four hundred", "400", None),
        ("two hundred fifty dollars", "250", "USD"),
        ("twelve fifty", "12.50", None),
        ("thirty five", "35", None),
        ("20 dollars and 50 cents", "20.50", "USD"),
        ("50 cents for gum", "0.50", None),
        ("a $7 ride", "7", "USD"),
    ],
)
def test_an_amount_in_a_text(text: str, number: str, currency: str | None) -> None:
    """Words are numbers too, and a currency stands before or after."""
    found = find_amounts(line_of(text, vocabulary_of("en")), ".")
    assert [(each.number, each.currency) for each in found] == [(Decimal(number), currency)]


@pytest.mark.parametrize("text", ["a coffee", "two coffees", "top five"])
def test_a_small_number_in_words_is_not_an_amount(text: str) -> None:
    """Without a currency it counts something."""
    assert find_amounts(line_of(text, vocabulary_of("en")), ".") == []
