"""Why a row does not go in."""

from __future__ import annotations


class RowError(Exception):
    """This row cannot go in; the text says why."""


class RowLeftOutError(Exception):
    """This row is not a booking; the text says why."""
