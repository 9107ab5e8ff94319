"""Argon2id."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's recommendation; each running hash takes this much memory.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1
_AT_A_TIME = 2


class Argon2Hashing:
    """Hashes with Argon2id, two at a time, so that a flood of sign-ins fills neither memory nor all cores."""

    def __init__(self, *, memory_kib: int = _MEMORY_KIB, passes: int = _PASSES) -> None:
        """Use these parameters for new hashes."""
        self._hasher = PasswordHasher(passes, memory_kib, _LANES, type=Type.ID)
        self._slots = threading.BoundedSemaphore(_AT_A_TIME)
        self._dummy = self._hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        with self._slots:
            return self._hasher.hash(password)

    def matches(self, hashed: str | None, password: str) -> bool:
        """Return whether it is the password. None, for an unknown user, takes as long and is False."""
        with self._slots:
            try:
                self._hasher.verify(hashed or self._dummy, password)
            except (VerificationError, InvalidHashError):
                return False
        return hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Return whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)
