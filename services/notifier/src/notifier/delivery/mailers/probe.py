"""What `check` tries with the mail provider; no email is sent."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from chassis.runtime.clock import Clock
from chassis.runtime.probes import Probe, ProbeError, folder_probe
from notifier.delivery.mailer import TryAgainError
from notifier.delivery.mailers.choice import mailer_from
from notifier.mail_channel import Transport
from notifier.settings import NotifierSettings

_SENDING = frozenset({"work"})
"""The kinds of process that send emails."""
_SEND_SCOPE = "mail.send"


def mail_probe(settings: NotifierSettings, clock: Clock) -> Probe:
    channel = settings.channel
    if channel.transport is Transport.FILE:
        return replace(folder_probe("mail", Path(channel.folder)), processes=_SENDING)
    mailer: Any = mailer_from(settings, clock)
    if channel.transport is Transport.SENDGRID:
        return Probe("mail", lambda: _probe_sendgrid(mailer, channel.url), processes=_SENDING)
    return Probe("mail", lambda: _probe_mail_server(mailer, f"{channel.host}:{channel.port}"), processes=_SENDING)


def _probe_sendgrid(mailer: Any, url: str) -> str:
    try:
        scopes = mailer.scopes()
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ProbeError(_network_problem(error, url)) from error
    except Exception as error:
        status = getattr(error, "status_code", None)
        if status is None:
            raise
        raise ProbeError(_status_problem(int(status), url)) from error
    if _SEND_SCOPE not in scopes:
        raise ProbeError(f"SENDGRID_API_KEY: lacks the scope {_SEND_SCOPE}; create a key with it")
    rest = "" if "messages.read" in scopes else "; it may not read Email Activity, so uncertain deliveries stay uncertain"
    return f"{url} accepts the key, which may send{rest}"


def _status_problem(status: int, url: str) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return f"SENDGRID_API_KEY: {url} refuses it; create a new one with the scope {_SEND_SCOPE}"
    return f"NOTIFIER_MAIL: {url} answers {status}; is it the base URL of SendGrid's API?"


def _network_problem(error: Exception, url: str) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"NOTIFIER_MAIL: the certificate of {url} is not trusted: {reason.verify_message}"
    if isinstance(reason, OSError):
        why = reason.strerror or type(reason).__name__
        return f"NOTIFIER_MAIL: {url} cannot be reached: {why}; check the address and the firewall"
    return f"NOTIFIER_MAIL: the server at {url} is not SendGrid's API"


def _probe_mail_server(mailer: Any, where: str) -> str:
    try:
        features = mailer.greet()
    except TryAgainError as error:
        raise ProbeError(_mail_server_problem(error.__cause__, where)) from error
    return f"the mail server {where} lets us log in ({features}); no email was sent"


def _mail_server_problem(error: BaseException | None, where: str) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"SMTP_PASSWORD: the mail server {where} refuses the user and password"
        case smtplib.SMTPNotSupportedError():
            return f"NOTIFIER_MAIL: the mail server {where} has no STARTTLS or no login; use smtps://, or ?tls=no without a user"
        case ssl.SSLCertVerificationError():
            return f"SMTP_CA: the certificate of {where} is not trusted: {error.verify_message}; name its CA file"
        case ssl.SSLError():
            return f"NOTIFIER_MAIL: the mail server {where} cannot agree on TLS; smtps:// is port 465, smtp:// is port 587 or 25"
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return f"NOTIFIER_MAIL: the mail server {where} cannot be reached: {error.strerror or type(error).__name__}"
    return f"NOTIFIER_MAIL: the server at {where} is not a mail server, or hangs up: {type(error).__name__}"
