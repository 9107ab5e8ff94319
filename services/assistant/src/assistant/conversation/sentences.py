"""What the conversation itself says, whichever assistant understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol


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


class English:
    """The sentences in English."""

    _DONE: ClassVar[Mapping[str, str]] = {
        "add_expense": "Added.",
        "set_budget": "The budget is set.",
        "change_budget": "The budget is changed.",
    }

    def done(self, action: str, count: int) -> str:
        """Say it by action."""
        if action == "recategorise":
            return "Recategorised 1 entry." if count == 1 else f"Recategorised {count} entries."
        return self._DONE.get(action, "Done.")

    def undone(self, action: str) -> str:  # noqa: ARG002  other languages may need it
        """Say it."""
        return "Undone. Everything is as it was before."

    def cancelled(self) -> str:
        """Say it."""
        return "Cancelled. Nothing was changed."

    def nothing_to_confirm(self) -> str:
        """Say it."""
        return "There is nothing to confirm. Tell me again what you want to change."

    def nothing_to_undo(self) -> str:
        """Say it."""
        return "There is nothing to undo in this conversation."

    def may_not_write(self) -> str:
        """Say it."""
        return "Nothing was changed: this access token may only read. Use one with the scope write."

    def forgotten(self) -> str:
        """Say it."""
        return "I no longer have our earlier conversation, so let's start again."

    def too_much(self) -> str:
        """Say it."""
        return "That is about too many entries at once. Narrow it down, for example to a month."

    def failed(self, reason: str) -> str:
        """Say it."""
        return f"That did not work: {reason}"

    def broken(self) -> str:
        """Say it."""
        return "Something went wrong on our side. Try again, or in other words."

    def fallback(self) -> str:
        """Say it."""
        return "Watson Assistant did not answer in time, so the built-in assistant does."

    def examples(self) -> Sequence[str]:
        """Return some."""
        return (
            "How much did I spend on groceries last month?",
            "What were my biggest expenses this year?",
            "Coffee 3.50 yesterday",
        )


def english(_language: str) -> Sentences:
    """Speak English, whatever the language."""
    return English()
