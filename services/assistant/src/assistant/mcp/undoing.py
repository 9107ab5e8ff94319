"""What undoes a change, as something that an assistant can carry but not read or alter."""

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


class Undos:
    """Seals what `Toolbox.undo` needs, bound to the user. Nothing is stored, so any replica can undo."""

    def __init__(self, encryptor: Encryptor) -> None:
        """An undo can be opened for as long as the encryptor has its key."""
        self._encryptor = encryptor

    def seal(self, change: Mapping[str, Any], user_id: str) -> str:
        """Return the text that undoes a change, empty if it cannot be undone."""
        if not change:
            return ""
        packed = zlib.compress(json.dumps(change, separators=(",", ":")).encode(), 9)
        return self._encryptor.encrypt(base64.b64encode(packed).decode(), _place(user_id))

    def open(self, sealed: str, user_id: str) -> Mapping[str, Any]:
        """Return what was sealed; raises ToolError."""
        try:
            packed = base64.b64decode(self._encryptor.decrypt(sealed, _place(user_id)), validate=True)
            change: Mapping[str, Any] = json.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES))
        except (DecryptionError, binascii.Error, zlib.error, ValueError) as error:
            message = "This is no undo of one of your changes. Pass the value `undo` of a change exactly as it was returned."
            raise ToolError(message, code="unknown_undo") from error
        return change


def _place(user_id: str) -> str:
    return f"mcp-undo:{user_id}"
