"""Cursors: where a page ended, encrypted so that clients cannot read them, change them or use those of others."""

from __future__ import annotations

import json
from typing import Any

from chassis.runtime.problems import InvalidRequestError
from chassis.security.encryption import DecryptionError, Encryptor


class Cursors:
    """Writes and reads cursors for one service."""

    def __init__(self, encryptor: Encryptor) -> None:
        self._encryptor = encryptor

    def write(self, scope: str, position: list[Any]) -> str:
        """Return a cursor; `scope` names the list, its order and whose it is, so that it cannot be used elsewhere.

        A position may hold what nobody should see, such as a number that counts the rows of everybody.
        """
        return self._encryptor.encrypt(json.dumps(position, separators=(",", ":"), ensure_ascii=False), _associated_data(scope))

    def read(self, scope: str, cursor: str | None) -> list[Any] | None:
        """Return the position, or None for the first page.

        Raises:
            InvalidRequestError: if this is not a cursor that `write` gave for this list.
        """
        if not cursor:
            return None
        try:
            return list(json.loads(self._encryptor.decrypt(cursor, _associated_data(scope))))
        except DecryptionError as error:
            raise _bad_cursor() from error


def _associated_data(scope: str) -> str:
    return f"cursor:{scope}"


def _bad_cursor() -> InvalidRequestError:
    return InvalidRequestError("The cursor is not the next_cursor of this list; start again without it.")
