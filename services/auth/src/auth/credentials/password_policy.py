"""Which passwords are refused: short ones, those made of what is known about their owner, and those that are guessed early."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from auth.errors import UnacceptableError
from auth.store.ports import Guessing

SHORTEST, LONGEST = 10, 200
_PRODUCT = "outlay"
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_WORD = 3
# How many letters and digits must be left of a password without its owner's name and address and the name of the product.
_SHORTEST_REST = 6
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_LONGEST_PERIOD = 8
_PUBLISHED = {
    "a passphrase of your own": "",
    "another passphrase of your own": "",
    "correct horse battery": "",
    "staple battery horse": "",
    "a household to look at": "demo@outlay.example",
}
"""Passwords that the documentation has or had, each with the only address that may use it."""
_COMMON = "is among the first that anyone would try; three unrelated words are better"
_IS_PUBLISHED = "is an example in the documentation, where anyone can read it; choose one of your own"
_EASY = "is too easy to guess; three or four unrelated words are better"


def prepared(password: str) -> str:
    """Return the password as it is hashed: the same on every keyboard that composes accents its own way."""
    return unicodedata.normalize("NFC", password)


@dataclass(frozen=True)
class PasswordPolicy:
    """Decides whether a password may be set. What was set before stays valid."""

    guessing: Guessing

    def check(self, password: str, *, email: str, name: str, pointer: str = "/password") -> None:
        """Raise UnacceptableError if it is too short, too long or too easy to guess."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise UnacceptableError(at=pointer, message=f"must have {SHORTEST} to {LONGEST} characters")
        folded = prepared(password).strip().casefold()
        if _PUBLISHED.get(" ".join(_WORD.findall(folded)), email) != email:
            raise UnacceptableError(at=pointer, message=_IS_PUBLISHED)
        if folded in {text.strip().casefold() for text in (email, email.rpartition("@")[0], name)}:
            raise UnacceptableError(at=pointer, message="must not be your address or your name")
        known = _words_of(email, name)
        if _is_personal(folded, known):
            raise UnacceptableError(at=pointer, message="must be more than your name, your address or the name of this app")
        if _repeats(folded) or _is_run(folded) or self.guessing.is_common(password):
            raise UnacceptableError(at=pointer, message=_COMMON)
        if self.guessing.is_easy(password, known):
            raise UnacceptableError(at=pointer, message=_EASY)


def _words_of(email: str, name: str) -> list[str]:
    """Return what is known about the owner, longest first: the words of name and address, and the product."""
    words = {_PRODUCT, *_WORD.findall(f"{name} {email}".casefold())}
    return sorted((word for word in words if len(word) >= _SHORTEST_WORD), key=lambda word: (-len(word), word))


def _is_personal(folded: str, known: list[str]) -> bool:
    rest = folded
    for word in known:
        rest = rest.replace(word, "")
    return rest != folded and len("".join(_WORD.findall(rest))) < _SHORTEST_REST


def _repeats(folded: str) -> bool:
    """One to eight characters over and over, such as abcabcabcabc."""
    return any(
        folded == (folded[:period] * len(folded))[: len(folded)] for period in range(1, min(_LONGEST_PERIOD, len(folded) // 2) + 1)
    )


def _is_run(folded: str) -> bool:
    """Neighbours in the alphabet, in counting or on a keyboard, forwards or backwards."""
    return any(folded in run * 2 or folded[::-1] in run * 2 for run in _RUNS)
