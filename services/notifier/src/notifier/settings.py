"""What the notifier can be told through the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from chassis.settings import CommonSettings, setting, whole_number


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        message = f"is {text!r}, must be a web address such as https://outlay.example.com"
        raise ValueError(message)
    return text.rstrip("/")


def _mailbox(text: str) -> str:
    _name, address = parseaddr(text)
    if not text.isprintable() or not address.rpartition("@")[2] or "@" not in address:
        message = f"is {text!r}, must be one address such as Outlay <outlay@example.com>"
        raise ValueError(message)
    return text


def _channel(text: str) -> str:
    kind, _colon, place = text.partition(":")
    if kind != "file" or not place:
        message = f"is {text!r}, must be file:<folder>"
        raise ValueError(message)
    return text


def _hook_key(text: str) -> str:
    key = "".join(line for line in text.split() if "-" not in line and line not in ("PUBLIC", "KEY"))
    if text.strip() and (not key or not re.fullmatch("[A-Za-z0-9+/]+=*", key)):
        message = "must be the key that SendGrid shows beside Signed Event Webhook, in base64"
        raise ValueError(message)
    return key


@dataclass(frozen=True, kw_only=True)
class NotifierSettings(CommonSettings):
    """The notifier's own settings."""

    database: str = setting("NOTIFIER_DB", "where alerts and mails are kept, as a SQLAlchemy URL")
    mail: str = setting("NOTIFIER_MAIL", "how mails go out: file:<folder>", parse=_channel)
    mail_from: str = setting(
        "NOTIFIER_FROM", "whom mails come from", default="Outlay <outlay@localhost.localdomain>", parse=_mailbox
    )
    hook_key: str = setting(
        "SENDGRID_HOOK_KEY", "the verification key of SendGrid's signed event webhook", default="", parse=_hook_key
    )
    unsure_seconds: int = setting(
        "NOTIFIER_UNSURE_SECONDS",
        "how long a provider may take until it knows of a mail that it accepted",
        default=15,
        parse=whole_number(0, 3600),
    )
    url: str = setting("OUTLAY_URL", "where people reach the app", default="http://127.0.0.1:8000", parse=_web_address)
