"""Which passwords are refused: short ones, those made of the owner's name and address, and those that are guessed early."""

from __future__ import annotations

import re
import unicodedata

from auth.credentials.password_strength import is_common, is_easy
from auth.errors import UnacceptableError

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
"""Passwords that the documentation shows or showed, each with the only address that may use it."""


def prepared(password: str) -> str:
    """Return the password as it is hashed: the same for keyboards that compose accents differently."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, email: str, name: str, pointer: str = "/password") -> None:
    """Raise UnacceptableError if a new password is too short, too long or too easy to guess."""
    problem = _problem(password, email, name)
    if problem:
        raise UnacceptableError(at=pointer, message=problem)


def _problem(password: str, email: str, name: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    folded, known_words = prepared(password).strip().casefold(), _known_words(email, name)
    if _PUBLISHED.get(" ".join(_WORD.findall(folded)), email) != email:
        return "is an example from the documentation; choose your own"
    if folded in {text.strip().casefold() for text in (email, email.rpartition("@")[0], name)}:
        return "must not be your address or your name"
    if _is_personal(folded, known_words):
        return "must be more than your name, your address or the name of this app"
    if _repeats(folded) or _is_run(folded) or is_common(password):
        return "is one of the first that anyone would try; three unrelated words are better"
    return "is too easy to guess; three or four unrelated words are better" if is_easy(password, known_words) else ""


def _known_words(email: str, name: str) -> list[str]:
    """Return what is known about the owner, longest first: the words of name and address, and the product."""
    words = {_PRODUCT, *_WORD.findall(f"{name} {email}".casefold())}
    return sorted((word for word in words if len(word) >= _SHORTEST_WORD), key=lambda word: (-len(word), word))


def _is_personal(folded: str, known_words: list[str]) -> bool:
    rest = folded
    for word in known_words:
        rest = rest.replace(word, "")
    return rest != folded and len("".join(_WORD.findall(rest))) < _SHORTEST_REST


def _repeats(folded: str) -> bool:
    """Return whether one to eight characters are repeated, as in abcabcabcabc."""
    longest = min(_LONGEST_PERIOD, len(folded) // 2)
    return any(folded == (folded[:period] * len(folded))[: len(folded)] for period in range(1, longest + 1))


def _is_run(folded: str) -> bool:
    """Return whether its characters follow each other in the alphabet, in counting or on a keyboard, forwards or backwards."""
    return any(folded in run * 2 or folded[::-1] in run * 2 for run in _RUNS)
