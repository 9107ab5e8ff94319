"""Counts and checksums of rows and files. Order does not matter, since stores sort text differently."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from chassis.storage.transfer import Row

_MODULUS = 1 << 256


@dataclass
class Checksum:
    """A count of items, and the sum of their SHA-256 hashes."""

    count: int = 0
    total: int = 0

    def add(self, content: bytes) -> None:
        self.count += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(content).digest())) % _MODULUS

    def add_file(self, key: str, content: bytes) -> None:
        self.add(f"{key} {len(content)} {hashlib.sha256(content).hexdigest()}".encode())

    @property
    def hex(self) -> str:
        return f"{self.total:064x}"

    def to_json(self) -> dict[str, object]:
        return {"count": self.count, "sha256": self.hex}


def line_of(row: Row) -> bytes:
    """Write a row as canonical JSON."""
    return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
