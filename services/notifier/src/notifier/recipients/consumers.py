"""Auth's events about people."""

from __future__ import annotations

from notifier.incoming_event import EventHandlers
from notifier.recipients.service import RecipientService


def event_handlers(recipients: RecipientService) -> EventHandlers:
    """Return the use case for each type of event."""
    return {"user.registered": recipients.update, "user.changed": recipients.update, "user.deleted": recipients.erase}
