"""What `check` tries of the way out for mails; no mail is sent."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.runtime.probes import Probe, ProbeError, folder_probe
from notifier.adapters.mailers import mailer_from
from notifier.channel import Way
from notifier.domain.errors import TryAgainError

if TYPE_CHECKING:
    from chassis.runtime.clock import Clock
    from notifier.settings import NotifierSettings

_SENDING = frozenset({"work"})
"""Which kinds of process send mails."""
_NEEDED = "mail.send"
_UNAUTHORIZED, _FORBIDDEN = 401, 403


def mail_probe(settings: NotifierSettings, clock: Clock) -> Probe:
    """Return the probe of the way out that the settings name."""
    channel = settings.channel
    if channel.way is Way.FILE:
        return replace(folder_probe("mail", Path(channel.folder)), processes=_SENDING)
    mailer: Any = mailer_from(settings, clock)
    if channel.way is Way.SENDGRID:
        return Probe("mail", lambda: _try_sendgrid(mailer, channel.url), processes=_SENDING)
    return Probe("mail", lambda: _try_server(mailer, f"{channel.host}:{channel.port}"), processes=_SENDING)


def _try_sendgrid(mailer: Any, url: str) -> str:
    try:
        scopes = mailer.scopes()
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ProbeError(_why_not(error, url)) from error
    except Exception as error:
        status = getattr(error, "status_code", None)
        if status is None:
            raise
        raise ProbeError(_by_status(int(status), url)) from error
    if _NEEDED not in scopes:
        message = f"SENDGRID_API_KEY: has not the scope {_NEEDED}; make a key with it"
        raise ProbeError(message)
    rest = "" if "messages.read" in scopes else "; it may not read Email Activity, so mails in doubt stay in doubt"
    return f"{url} takes the key, which may send{rest}"


def _by_status(status: int, url: str) -> str:
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return f"SENDGRID_API_KEY: {url} refuses it; make a new one with the scope {_NEEDED}"
    return f"NOTIFIER_MAIL: {url} answers {status}; is it the base address of SendGrid's API?"


def _why_not(error: Exception, url: str) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"NOTIFIER_MAIL: the certificate of {url} is not trusted: {reason.verify_message}"
    if isinstance(reason, OSError):
        why = reason.strerror or type(reason).__name__
        return f"NOTIFIER_MAIL: {url} cannot be reached: {why}; check the address and the firewall"
    return f"NOTIFIER_MAIL: what answers at {url} is not SendGrid's API"


def _try_server(mailer: Any, where: str) -> str:
    try:
        can = mailer.greet()
    except TryAgainError as error:
        raise ProbeError(_refused(error.__cause__, where)) from error
    return f"the mail server {where} lets us in ({can}); no mail was sent"


def _refused(error: BaseException | None, where: str) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"SMTP_PASSWORD: the mail server {where} refuses the user and password"
        case smtplib.SMTPNotSupportedError():
            return f"NOTIFIER_MAIL: the mail server {where} has no STARTTLS or no login; use smtps://, or ?tls=no without a user"
        case ssl.SSLCertVerificationError():
            return f"SMTP_CA: the certificate of {where} is not trusted: {error.verify_message}; name the file of its authority"
        case ssl.SSLError():
            return f"NOTIFIER_MAIL: the mail server {where} does not agree on TLS; smtps:// is port 465, smtp:// is port 587 or 25"
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return f"NOTIFIER_MAIL: the mail server {where} cannot be reached: {error.strerror or type(error).__name__}"
    return f"NOTIFIER_MAIL: what answers at {where} is no mail server, or hangs up: {type(error).__name__}"
