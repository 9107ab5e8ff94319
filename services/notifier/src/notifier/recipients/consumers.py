"""Auth's events about people."""

from __future__ import annotations

from notifier.incoming_event import EventHandlers
from notifier.recipients.service import RecipientService


def event_handlers(recipients: RecipientService) -> EventHandlers:
    return {"user.registered": recipients.update, "user.changed": recipients.update, "user.deleted": recipients.erase}
