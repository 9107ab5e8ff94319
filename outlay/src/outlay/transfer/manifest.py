"""The manifest of an archive, and its verification."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.security.encryption import Encryptor
from outlay.transfer.archive import FILES, FORMAT, HEAD, MANIFEST, ROWS, SEAL, ArchiveError, members, rows_in
from outlay.transfer.checksums import Checksum

_SEALED = re.compile(rb"v[0-9]+\.([0-9A-Za-z_-]+)\.[0-9A-Za-z_=.-]{24,}")
"""An encrypted value, with the id of its key."""


@dataclass
class Manifest:
    """Counts and checksums by part, and the keys that values are encrypted with."""

    made_at: str
    sums: dict[str, Checksum] = field(default_factory=dict)
    sealed_with: set[str] = field(default_factory=set)
    """Ids of data keys."""
    missing: list[str] = field(default_factory=list)
    """Files that were lost or damaged in the exported store."""

    def note(self, part: str, line: bytes, encryptor: Encryptor) -> None:
        """Count a row, and note which of the keys have encrypted values in it."""
        self.of(part).add(line)
        self.sealed_with |= {found.decode() for found in _SEALED.findall(line)} & set(encryptor.key_ids)

    def of(self, part: str) -> Checksum:
        return self.sums.setdefault(part, Checksum())

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "made_at": self.made_at,
            "parts": {name: found.to_json() for name, found in self.sums.items()},
            "missing_files": self.missing,
            "sealed_with": sorted(self.sealed_with),
        }

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read a manifest from JSON; raises ValueError, KeyError, TypeError."""
        body = json.loads(text)
        sums = {name: Checksum(entry["count"], int(entry["sha256"], 16)) for name, entry in body["parts"].items()}
        return cls(body["made_at"], sums, set(body["sealed_with"]), list(body["missing_files"]))


def seal_of(manifest: bytes, encryptor: Encryptor) -> dict[str, str]:
    """Return a signature, which proves that the manifest is complete and was made with the data key."""
    digest = hashlib.sha256(manifest).hexdigest()
    return {"sha256": digest, "signature": encryptor.sign(digest.encode())}


def checked(path: Path, encryptor: Encryptor, parts: Iterable[str]) -> Manifest:
    """Read a whole archive, write nothing, and return its manifest. Raises ArchiveError with what to do."""
    known, counted, texts = set(parts), Manifest(made_at=""), dict[str, bytes]()
    for name, content in members(path):
        if not texts:
            _check_head(path, name, content)
        if name in (HEAD, MANIFEST, SEAL):
            texts[name] = content
        else:
            _count(path, counted, name, content)
    if SEAL not in texts or MANIFEST not in texts:
        raise ArchiveError(f"{path} is cut off: its end is missing. Copy it again, or export again. Nothing was imported.")
    manifest = _opened(path, texts, encryptor)
    if counted.sums != {name: found for name, found in manifest.sums.items() if found.count} or set(manifest.sums) - known:
        raise ArchiveError(f"{path} is damaged: its content does not match its manifest. Copy it again, or export again.")
    return manifest


def _check_head(path: Path, name: str, content: bytes) -> None:
    try:
        found = json.loads(content)["format"] if name == HEAD else None
    except (ValueError, KeyError, TypeError):
        found = None
    if not isinstance(found, int):
        raise ArchiveError(f"{path} was not made by `outlay export --all`.")
    if found > FORMAT:
        message = f"{path} has format {found}, this version reads {FORMAT}: import it with the version that made it, or newer."
        raise ArchiveError(message)


def _count(path: Path, counted: Manifest, name: str, content: bytes) -> None:
    if FILES in name:
        service, _files, key = name.partition(FILES)
        counted.of(f"{service}/files").add_file(key, content)
    elif name.endswith(ROWS):
        for line, _row in rows_in(path, content):
            counted.of(name.rpartition("/")[0]).add(line)
    else:
        raise ArchiveError(f"{path} is damaged: {name!r} does not belong there.")


def _opened(path: Path, texts: dict[str, bytes], encryptor: Encryptor) -> Manifest:
    try:
        manifest, seal = Manifest.from_json(texts[MANIFEST]), json.loads(texts[SEAL])
        whole, signature = seal["sha256"] == hashlib.sha256(texts[MANIFEST]).hexdigest(), str(seal["signature"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"{path} is damaged: its manifest cannot be read. Copy it again, or export again.") from error
    if not whole:
        raise ArchiveError(f"{path} is damaged: its manifest was changed. Copy it again, or export again.")
    if not encryptor.is_signed(seal["sha256"].encode(), signature) or manifest.sealed_with - set(encryptor.key_ids):
        raise _strange(path)
    return manifest


def _strange(path: Path) -> ArchiveError:
    return ArchiveError(
        f"{path} was made with another data key, so the addresses in it cannot be decrypted here. Set OUTLAY_DATA_KEY to that of "
        "the stores that it comes from (at home it is in keys/data.key of the data folder). Nothing was imported."
    )
