"""Unsubscribe links, and what can be wrong with them."""

from __future__ import annotations

from dataclasses import dataclass

from notifier.preferences.model import AlertKind

_PURPOSE = "unsubscribe"
"""Tells these tokens from other encrypted values that are not bound to associated data."""


class UnknownLinkError(Exception):
    """Unknown link."""

    def __init__(self) -> None:
        super().__init__("The link is incomplete or invalid. Copy it from the email again, or use the settings.")


class NotOneClickError(Exception):
    """Not a one-click request."""

    def __init__(self) -> None:
        super().__init__("Send the form List-Unsubscribe=One-Click.")


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Whose emails of which kind a link turns off."""

    user_id: str
    kind: AlertKind

    @classmethod
    def from_text(cls, text: str) -> UnsubscribeLink | None:
        """Read the content of a token; None if it is something else."""
        match text.split(" "):
            case [purpose, user_id, kind] if purpose == _PURPOSE and kind in list(AlertKind):
                return cls(user_id, AlertKind(kind))
        return None

    def to_text(self) -> str:
        """Return the content of a token."""
        return f"{_PURPOSE} {self.user_id} {self.kind}"
