"""Says where an error was raised, without the text of it."""

from __future__ import annotations


def raised_at(error: Exception) -> str:
    """Return file and line. The rest of a traceback may contain what a person wrote, which must not be logged."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
