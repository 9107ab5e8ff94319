"""Makes the mailer that the settings name."""

from __future__ import annotations

import ssl
from pathlib import Path

from chassis.runtime.clock import Clock
from notifier.adapters.folder import FolderMailbox, FolderMailer
from notifier.adapters.smtp import Encryption, Server, SmtpMailer
from notifier.channel import Channel, Way
from notifier.domain.ports import Mailer
from notifier.settings import NotifierSettings


def mailer_from(settings: NotifierSettings, clock: Clock) -> Mailer:
    """Make the mailer that the settings name; nothing is connected yet."""
    channel = settings.channel
    if channel.way is Way.FILE:
        return FolderMailer(Path(channel.folder), sender=settings.mail_from, clock=clock)
    if channel.way is Way.SENDGRID:
        return _sendgrid(settings, clock)
    trust = ssl.create_default_context(cafile=settings.smtp_ca or None)
    server = _server(channel, settings.smtp_password)
    return SmtpMailer(server, trust=trust, sender=settings.mail_from, timeout=settings.mail_timeout, clock=clock)


def mailbox_of(mailer: Mailer) -> FolderMailbox | None:
    """Return what shows the mails of a mailer, None if they go out into the world."""
    return FolderMailbox(mailer.folder) if isinstance(mailer, FolderMailer) else None


def _sendgrid(settings: NotifierSettings, clock: Clock) -> Mailer:
    from notifier.adapters.sendgrid import SendGridMailer

    return SendGridMailer(
        key=settings.sendgrid_key,
        host=settings.channel.url,
        sender=settings.mail_from,
        timeout=settings.mail_timeout,
        sandbox=settings.sendgrid_sandbox,
        reports=bool(settings.hook_key),
        clock=clock,
    )


def _server(channel: Channel, password: str) -> Server:
    encryption = Encryption.FROM_THE_START if channel.way is Way.SMTPS else Encryption.STARTTLS
    if not channel.encrypted:
        encryption = Encryption.NEVER
    return Server(host=channel.host, port=channel.port, encryption=encryption, user=channel.user, password=password)
