"""What the conversation itself says, whichever assistant understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Sentences(Protocol):
    """In one language."""

    def done(self, action: str, count: int) -> str:
        """Say that a change was made; `count` is of the entries changed."""

    def undone(self, action: str) -> str:
        """Say that it was undone."""

    def cancelled(self) -> str:
        """Say that nothing was changed."""

    def nothing_to_confirm(self) -> str:
        """Say that no proposal waits for a yes."""

    def nothing_to_undo(self) -> str:
        """Say that there is no change to undo."""

    def may_not_write(self) -> str:
        """Say that the access token may only read."""

    def forgotten(self) -> str:
        """Say that the conversation begins anew, since the one that was sent is too old or not theirs."""

    def too_much(self) -> str:
        """Say that a change is about too many entries at once."""

    def failed(self, reason: str) -> str:
        """Say that it did not work; `reason` is the API's own plain English."""

    def broken(self) -> str:
        """Say that the assistant itself failed."""

    def fallback(self) -> str:
        """Say that the built-in assistant answers, since Watson Assistant did not."""

    def examples(self) -> Sequence[str]:
        """Return questions to begin with."""


Phrasing = Callable[[str], Sentences]
"""Returns the sentences in a language, such as `de`; English for one that is not known."""
