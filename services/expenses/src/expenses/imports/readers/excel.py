"""What Excel adds to CSV files."""

from __future__ import annotations


def delimiter_said(line: str) -> str | None:
    """Return the delimiter that a first line such as "sep=;" names."""
    bare = line.lstrip("\ufeff").strip("\r\n").strip('"')
    return bare[4] if len(bare) == len("sep=;") and bare[:4].casefold() == "sep=" else None
