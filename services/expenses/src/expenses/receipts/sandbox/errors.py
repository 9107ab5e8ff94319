"""Why a file is refused."""

from __future__ import annotations


class RefusedError(Exception):
    """The file cannot be kept; the text is a sentence for the person who uploaded it."""
