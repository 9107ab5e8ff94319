"""The questions by which an assistant is measured: what is expected follows from the data."""

from __future__ import annotations

from conversations.check import errors_of, read_all


def test_every_expected_value_follows_from_the_data():
    assert errors_of(read_all()) == []
