"""Cursors of pages can be neither read nor changed by clients."""

from __future__ import annotations

import base64
import re

import pytest

from chassis.runtime.problems import InvalidRequestError
from chassis.security.encryption import Encryptor
from chassis.web.paging import Cursors


def opened(cursor: str) -> bytes:
    """Return what anybody could read of a cursor."""
    return b" ".join(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in cursor.split("."))


def test_a_cursor_is_read_as_it_was_written_and_cannot_be_changed() -> None:
    cursors = Cursors(Encryptor(b"k" * 32))
    cursor = cursors.write("expenses:-spent_on", ["2026-11-22", "id"])
    assert cursors.read("expenses:-spent_on", cursor) == ["2026-11-22", "id"]
    assert cursors.read("expenses:-spent_on", None) is None
    assert not {"2026-11-22", "id"} & {part.decode("latin-1") for part in re.findall(rb"[\w-]+", opened(cursor))}, (
        "it cannot be read"
    )
    form, key, payload = cursor.split(".")
    for edited in (f"{form}.{key}.{payload[:-4]}AAAA", payload, "x.y", "....", "é.é", "v2.é.é", "A" + cursor, f"{form}.{key}."):
        with pytest.raises(InvalidRequestError):
            cursors.read("expenses:-spent_on", edited)
    with pytest.raises(InvalidRequestError):
        cursors.read("expenses:amount", cursor)
