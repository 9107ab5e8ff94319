"""Chooses the mailer that the settings name."""

from __future__ import annotations

import ssl
from pathlib import Path

from chassis.runtime.clock import Clock
from notifier.delivery.mailer import Mailer
from notifier.delivery.mailers.folder import FolderMailbox, FolderMailer
from notifier.delivery.mailers.smtp import Encryption, Server, SmtpMailer
from notifier.mail_channel import Channel, Transport
from notifier.settings import NotifierSettings


def mailer_from(settings: NotifierSettings, clock: Clock) -> Mailer:
    """Return the mailer that the settings name; nothing is connected yet."""
    channel = settings.channel
    if channel.transport is Transport.FILE:
        return FolderMailer(Path(channel.folder), sender=settings.mail_from, clock=clock)
    if channel.transport is Transport.SENDGRID:
        return _sendgrid(settings, clock)
    tls = ssl.create_default_context(cafile=settings.smtp_ca or None)
    server = _server(channel, settings.smtp_password)
    return SmtpMailer(server, tls=tls, sender=settings.mail_from, timeout=settings.mail_timeout, clock=clock)


def mailbox_of(mailer: Mailer) -> FolderMailbox | None:
    """Return the mailbox that shows a mailer's emails; None unless they stay in a folder."""
    return FolderMailbox(mailer.folder) if isinstance(mailer, FolderMailer) else None


def _sendgrid(settings: NotifierSettings, clock: Clock) -> Mailer:
    from notifier.delivery.mailers.sendgrid import SendGridMailer

    return SendGridMailer(
        key=settings.sendgrid_key,
        url=settings.channel.url,
        sender=settings.mail_from,
        timeout=settings.mail_timeout,
        sandbox=settings.sendgrid_sandbox,
        reports=bool(settings.hook_key),
        clock=clock,
    )


def _server(channel: Channel, password: str) -> Server:
    encryption = Encryption.IMPLICIT_TLS if channel.transport is Transport.SMTPS else Encryption.STARTTLS
    if not channel.encrypted:
        encryption = Encryption.NONE
    return Server(host=channel.host, port=channel.port, encryption=encryption, user=channel.user, password=password)
