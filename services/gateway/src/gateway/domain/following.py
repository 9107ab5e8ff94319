"""What the gateway does at each event: live pages are told, and who was let in before is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.domain.hub import SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.domain.hub import Hub
    from gateway.domain.passes import Passes

CHANGING_ACCESS = frozenset({"user.access_revoked", "user.changed", "user.deleted"})
"""Events after which a kept service token may say what is no longer true."""
PATTERNS = (*(f"{beginning}#" for beginning in SHOWN), *sorted(CHANGING_ACCESS))
"""What a gateway hears of the broker."""


class Following:
    """Handles the events that a gateway hears. May be called from any thread."""

    def __init__(self, hub: Hub, passes: Passes) -> None:
        """`hub` holds the open event streams, `passes` the service tokens."""
        self._hub, self._passes = hub, passes

    def __call__(self, kind: str, data: Mapping[str, Any]) -> None:
        """Handle an event of this type."""
        if kind in CHANGING_ACCESS:
            self._passes.forget(data["user_id"])
            self._hub.check(data["user_id"])
        else:
            self._hub.tell(kind, data)

    def catch_up(self) -> None:
        """Take nothing for granted, since events may have been missed."""
        self._passes.forget_all()
        self._hub.refresh()
