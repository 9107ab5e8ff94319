"""The person an assistant works for, and what it may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.mcp.undo_tokens import UndoTokens
from assistant.person import Person
from assistant.tools.toolbox import Toolbox

READ, WRITE = "read", "write"
"""The scopes of an access token."""


@dataclass(frozen=True, slots=True)
class Access:
    """One person's tools and scopes for one call."""

    tools: Toolbox
    person: Person
    scopes: frozenset[str]
    """The scopes of the access token."""
    undo_tokens: UndoTokens


OnCall = Callable[[str, str, float], None]
"""Called after each call with the tool, the outcome (answered, done, undone, declined or failed), and the seconds it took."""
OpenAccess = Callable[[], Access]
"""Returns the access of a connection; raises ToolError if the API cannot be reached or refuses the token."""
