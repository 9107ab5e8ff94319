"""Undo tokens: what undoes a change, encrypted so that an assistant can return it, but not read or alter it."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

from assistant.tools.model import ToolError
from chassis.security.encryption import DecryptionError, Encryptor

_MOST_BYTES = 1_000_000


class UndoTokens:
    """Encrypts what `Toolbox.undo` needs, for one user. Nothing is stored, so any replica can undo."""

    def __init__(self, encryptor: Encryptor) -> None:
        self._encryptor = encryptor

    def encrypt(self, change: Mapping[str, Any], user_id: str) -> str:
        """Return the token for a change, empty if it cannot be undone."""
        if not change:
            return ""
        packed = zlib.compress(json.dumps(change, separators=(",", ":")).encode(), 9)
        return self._encryptor.encrypt(base64.b64encode(packed).decode(), _associated_data(user_id))

    def decrypt(self, token: str, user_id: str) -> Mapping[str, Any]:
        """Return what undoes the change; raises ToolError."""
        try:
            packed = base64.b64decode(self._encryptor.decrypt(token, _associated_data(user_id)), validate=True)
            change: Mapping[str, Any] = json.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES))
        except (DecryptionError, binascii.Error, zlib.error, ValueError) as error:
            message = "This does not undo any of your changes. Pass the value `undo` of a change exactly as it was returned."
            raise ToolError(message, code="unknown_undo") from error
        return change


def _associated_data(user_id: str) -> str:
    return f"mcp-undo:{user_id}"
