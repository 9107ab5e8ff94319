"""For whom an assistant works, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.mcp.undoing import Undos
from assistant.person import Person
from assistant.tools.toolbox import Toolbox

READ, WRITE = "read", "write"
"""The scopes of an access token."""


@dataclass(frozen=True, slots=True)
class Access:
    """One person's tools for one call."""

    tools: Toolbox
    person: Person
    scopes: frozenset[str]
    """Of the access token."""
    undos: Undos


Told = Callable[[str, str, float], None]
"""Is told of each call: the tool, what became of it (answered, done, undone, declined or failed), and the seconds it took."""
Opening = Callable[[], Access]
"""Returns the access of a connection; raises ToolError if the API cannot be reached or refuses the token."""
