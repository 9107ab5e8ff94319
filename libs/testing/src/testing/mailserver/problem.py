"""One thing that is wrong with a request, in the form of SendGrid's answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"[!-?A-Z\[-~]+@(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?", re.ASCII)
_ODD = frozenset(' ()<>,;:\\"[]')


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and where to read on."""

    message: str
    field: str | None = None
    help: str | None = None


def is_address(text: str) -> bool:
    """Say whether it is one address; SendGrid takes none outside ASCII."""
    return bool(_ADDRESS.fullmatch(text)) and not _ODD & set(text.rpartition("@")[0])
