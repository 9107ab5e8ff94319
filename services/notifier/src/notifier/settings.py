"""What the notifier can be told through the environment."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from chassis.settings import CommonSettings, setting


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


@dataclass(frozen=True, kw_only=True)
class NotifierSettings(CommonSettings):
    """The notifier's own settings."""

    database: str = setting("NOTIFIER_DB", "where alerts and mails are kept, as a SQLAlchemy URL")
    mail: str = setting("NOTIFIER_MAIL", "how mails go out: file:<folder>", parse=_channel)
    mail_from: str = setting(
        "NOTIFIER_FROM", "whom mails come from", default="Outlay <outlay@localhost.localdomain>", parse=_mailbox
    )
    url: str = setting("OUTLAY_URL", "where people reach the app", default="http://127.0.0.1:8000", parse=_web_address)
