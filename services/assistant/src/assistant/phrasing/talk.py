"""What the conversation itself says, in the language of the last message."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from assistant.phrasing.book import Phrasebook
from assistant.understanding.vocabulary import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence


class Talk:
    """The sentences of `conversation.sentences`, from the phrasebook of a language."""

    def __init__(self, book: Phrasebook) -> None:
        """Speak the language of a phrasebook."""
        self._book = book

    def done(self, action: str, count: int) -> str:
        """Say that a change was made; `count` is of the entries changed."""
        one = "_one" if action == "recategorise" and count == 1 else ""
        return self._book.say(f"conversation.{action}_done{one}", count=count)

    def undone(self, action: str) -> str:  # noqa: ARG002  one sentence fits all of them
        """Say that it was undone."""
        return self._book.say("conversation.undone")

    def cancelled(self) -> str:
        """Say that nothing was changed."""
        return self._book.say("conversation.cancelled")

    def nothing_to_confirm(self) -> str:
        """Say that no proposal waits for a yes."""
        return self._book.say("conversation.nothing_to_confirm")

    def nothing_to_undo(self) -> str:
        """Say that there is no change to undo."""
        return self._book.say("conversation.nothing_to_undo")

    def may_not_write(self) -> str:
        """Say that the access token may only read."""
        return self._book.say("conversation.may_not_write")

    def forgotten(self) -> str:
        """Say that the conversation begins anew, since the one that was sent is too old or not theirs."""
        return self._book.say("conversation.forgotten")

    def too_much(self) -> str:
        """Say that a change is about too many entries at once."""
        return self._book.say("conversation.too_much")

    def failed(self, reason: str) -> str:
        """Say that it did not work; `reason` is the API's own plain English."""
        return self._book.say("declines.failed", reason=reason)

    def broken(self) -> str:
        """Say that the assistant itself failed."""
        return self._book.say("conversation.broken")

    def fallback(self) -> str:
        """Say that the built-in assistant answers, since Watson Assistant did not."""
        return self._book.say("conversation.fallback")

    def examples(self) -> Sequence[str]:
        """Return questions to begin with."""
        return [self._book.say(f"suggestions.{name}") for name in ("last_month_groceries", "biggest", "add")]


@cache
def talk_in(language: str) -> Talk:
    """Return the sentences in a language, in English for one that nobody translated."""
    known = language if language in LANGUAGES else "en"
    return Talk(Phrasebook(known, known))
