"""Recognises a yes, a no and "undo that"."""

from __future__ import annotations

from assistant.understanding.question import Intent
from assistant.understanding.reading import Reading

_SHORT = 6
"""A longer yes says something else, too."""


def choice_in(reading: Reading, *, is_pending: bool) -> Intent | None:
    """Return `CONFIRM`, `CANCEL` or `UNDO` if the text says nothing else."""
    if reading.periods or reading.amounts or reading.names or reading.unknown or len(reading.line.phrases) > 2 * _SHORT:
        return None
    if reading.has("how_to"):
        return None  # "how do I undo an import" is a question
    if reading.has("undo") and not (is_pending and reading.has("no")):
        return Intent.UNDO
    if reading.has("no") and reading.first("no") <= reading.first("yes"):
        return Intent.CANCEL if is_pending or not _asks(reading) else None
    if (
        reading.has("yes")
        and len(reading.line.phrases) <= _SHORT
        and (is_pending or reading.first("yes") == 0)
        and not _asks(reading)
    ):
        return Intent.CONFIRM
    return None


def _asks(reading: Reading) -> bool:
    return reading.has("how_much", "count", "list", "budget", "spend", "question", "biggest", "most", "why")
