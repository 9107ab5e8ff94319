"""NOTIFIER_MAIL taken apart: by which way mails go out, and where it begins."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

FORMS = "file:<folder>, sendgrid:, smtp://user@host:587 or smtps://user@host:465"
SENDGRID_URL = "https://api.sendgrid.com"


class Way(StrEnum):
    """The ways out."""

    FILE = "file"
    SENDGRID = "sendgrid"
    SMTP = "smtp"
    SMTPS = "smtps"


_PORTS = {Way.SMTP: 587, Way.SMTPS: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way out; what does not belong to it is empty."""

    way: Way
    folder: str = ""
    url: str = ""
    """Where SendGrid's API is."""
    host: str = ""
    port: int = 0
    user: str = ""
    encrypted: bool = True

    @property
    def on_this_machine(self) -> bool:
        """Whether what is sent there does not leave the machine."""
        host = self.host or urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def channel_from(text: str) -> Channel:
    """Read the setting; raises ValueError with a sentence."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in set(Way) or (kind == Way.FILE and not rest):
        message = f"is {text!r}, must be {FORMS}"
        raise ValueError(message)
    way = Way(kind)
    if way is Way.FILE:
        return Channel(way=way, folder=rest)
    return _sendgrid(rest) if way is Way.SENDGRID else _mail_server(way, text)


def _sendgrid(url: str) -> Channel:
    parts = urlsplit(url or SENDGRID_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        message = "must be sendgrid: alone, or with the base address of the API such as sendgrid:https://api.eu.sendgrid.com"
        raise ValueError(message)
    _port(parts)
    return Channel(way=Way.SENDGRID, url=parts.geturl().rstrip("/"), encrypted=parts.scheme == "https")


def _mail_server(way: Way, text: str) -> Channel:
    parts = urlsplit(text)
    if parts.password:
        message = "holds a password; move it to SMTP_PASSWORD or to the file that SMTP_PASSWORD_FILE names"
        raise ValueError(message)
    options = parse_qs(parts.query, keep_blank_values=True)
    plain = options.pop("tls", ["yes"]) == ["no"]
    if not parts.hostname or parts.path not in {"", "/"} or parts.fragment or options or (plain and way is Way.SMTPS):
        message = f"must be {way}://user@host:{_PORTS[way]}; smtp:// without TLS is smtp://host:25?tls=no"
        raise ValueError(message)
    return Channel(
        way=way, host=parts.hostname, port=_port(parts) or _PORTS[way], user=unquote(parts.username or ""), encrypted=not plain
    )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        message = "has a port that is no number from 0 to 65535"
        raise ValueError(message) from None
