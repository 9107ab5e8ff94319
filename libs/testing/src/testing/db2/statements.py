"""What of Db2's SQL Derby says in other words."""

from __future__ import annotations

import re

_TEXTS = re.compile(r"('(?:[^']|'')*')")
_WORDS = [
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\bLIMIT\s+(\S+)\s+OFFSET\s+([^\s)]+)", r"OFFSET \2 ROWS FETCH NEXT \1 ROWS ONLY"),
        (r"\bLIMIT\s+([^\s)]+)", r"FETCH FIRST \1 ROWS ONLY"),
        (r"\bWITH RS USE AND KEEP \w+ LOCKS", "FOR UPDATE WITH RS"),
        (r"\bWITH DEFAULT\b", "DEFAULT"),
        (r"(VARCHAR\(\d+) CODEUNITS32\)", r"\1)"),
        # Db2's length if none is given; Derby's would be 2 GB, for which the driver takes as much memory.
        (r"\b([CB]LOB)\b(?!\s*\()", r"\1(1M)"),
        (r'"?\bSYSCAT\b"?\.', "DB2CAT."),
        (r'"SYSIBM"\."SQLFOREIGNKEYS"', 'DB2CAT."SQLFOREIGNKEYS"'),
        (r"\bRELEASE TO SAVEPOINT\b", "RELEASE SAVEPOINT"),
    )
]
NOTHING = "SET CLIENT X"
"""What Derby acknowledges and does nothing for, where it is asked to set something of the connection."""
_HARDLY_ANYTHING = "LOCK TABLE DB2CAT.NOTHING IN SHARE MODE"
"""A statement that is in nobody's way."""


def for_derby(sql: str) -> str:
    """Return a statement as Derby wants it. What stands between quotes is left alone."""
    if sql.startswith("SET CURRENT LOCALE"):
        return NOTHING
    if sql.startswith("SET CURRENT LOCK TIMEOUT"):
        return _HARDLY_ANYTHING
    parts = _TEXTS.split(sql)
    for pattern, words in _WORDS:
        parts[::2] = [pattern.sub(words, part) for part in parts[::2]]
    return "".join(parts)
