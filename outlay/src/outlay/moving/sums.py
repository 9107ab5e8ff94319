"""Counts and checksums of what moves. The order does not matter, since stores sort text differently."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chassis.storage.transfer import Row

_MODULUS = 1 << 256


@dataclass
class Sum:
    """How many things there are, and the sum of the SHA-256 of each."""

    count: int = 0
    total: int = 0

    def add(self, content: bytes) -> None:
        """Count one more."""
        self.count += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(content).digest())) % _MODULUS

    def add_file(self, key: str, content: bytes) -> None:
        """Count a file: what it is called, and what is in it."""
        self.add(f"{key} {len(content)} {hashlib.sha256(content).hexdigest()}".encode())

    @property
    def hex(self) -> str:
        """The checksum as text."""
        return f"{self.total:064x}"

    def to_json(self) -> dict[str, object]:
        """Return what the manifest says."""
        return {"count": self.count, "sha256": self.hex}


def line_of(row: Row) -> bytes:
    """Write a row in the one way in which it is always written."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
