"""Makes the mailer that the settings name."""

from __future__ import annotations

from pathlib import Path

from chassis.clock import Clock
from notifier.adapters.folder import FolderMailbox, FolderMailer
from notifier.domain.ports import Mailer
from notifier.settings import NotifierSettings


def mailer_from(settings: NotifierSettings, clock: Clock) -> Mailer:
    """Make the mailer that the settings name; nothing is connected yet."""
    return FolderMailer(Path(settings.mail.removeprefix("file:")), sender=settings.mail_from, clock=clock)


def mailbox_of(mailer: Mailer) -> FolderMailbox | None:
    """Return what shows the mails of a mailer, None if they go out into the world."""
    return FolderMailbox(mailer.folder) if isinstance(mailer, FolderMailer) else None
