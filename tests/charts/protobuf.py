"""Reads the one kind of object that Helm sends as protobuf instead of JSON: the Secret in which it keeps a release.

Numbers of fields are those of k8s.io/api/core/v1/generated.proto and k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

MAGIC = b"k8s\x00"
_NAME, _LABELS = 1, 11
_METADATA, _DATA, _TYPE = 1, 2, 3


def secret_of(body: bytes) -> dict[str, Any]:
    """Return a Secret that was sent, as it would be in JSON."""
    [raw] = [value for number, value in _fields(body.removeprefix(MAGIC)) if number == 2]  # of runtime.Unknown
    secret = list(_fields(raw))
    metadata = [field for number, value in secret if number == _METADATA for field in _fields(value)]
    pairs = [dict(_fields(value)) for number, value in metadata if number == _LABELS]
    [name] = [value.decode() for number, value in metadata if number == _NAME]
    data = [dict(_fields(value)) for number, value in secret if number == _DATA]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {pair[1].decode(): pair[2].decode() for pair in pairs}},
        "data": {pair[1].decode(): base64.b64encode(pair[2]).decode() for pair in data},
        "type": next(value.decode() for number, value in secret if number == _TYPE),
    }


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        length, at = _number(message, at)
        if key & 7 == 2:  # bytes, text or a message; all else here is a number
            yield key >> 3, message[at : at + length]
            at += length


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
