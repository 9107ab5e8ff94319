"""Cursors: where a page ended, signed so that an edited one is refused."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from chassis.problems import InvalidRequestError

if TYPE_CHECKING:
    from chassis.vault import Vault


class Cursors:
    """Writes and reads cursors for one service."""

    def __init__(self, vault: Vault) -> None:
        """Sign with the vault's key."""
        self._vault = vault

    def write(self, scope: str, position: list[Any]) -> str:
        """Return a cursor; `scope` names the list and its order, so that it cannot be used elsewhere."""
        data = json.dumps([scope, position], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode() + "." + self._vault.sign(data)

    def read(self, scope: str, cursor: str | None) -> list[Any] | None:
        """Return the position, or None for the first page.

        Raises:
            InvalidRequestError: if this is not a cursor that `write` gave for this list.
        """
        if not cursor:
            return None
        payload, _dot, signature = cursor.partition(".")
        try:
            data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        except ValueError:
            data = b""
        if not self._vault.signed(data, signature):
            raise _bad_cursor()
        found, position = json.loads(data)
        if found != scope:
            raise _bad_cursor()
        return list(position)


def _bad_cursor() -> InvalidRequestError:
    return InvalidRequestError("The cursor is not the next_cursor of this list; start again without it.")
