"""Reads NOTIFIER_MAIL: the provider that sends emails, and its address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

FORMS = "file:<folder>, sendgrid:, smtp://user@host:587 or smtps://user@host:465"
SENDGRID_URL = "https://api.sendgrid.com"


class Transport(StrEnum):
    """How emails are sent."""

    FILE = "file"
    SENDGRID = "sendgrid"
    SMTP = "smtp"
    SMTPS = "smtps"


_PORTS = {Transport.SMTP: 587, Transport.SMTPS: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The provider that sends emails; fields of other transports are empty."""

    transport: Transport
    folder: str = ""
    url: str = ""
    """The base URL of SendGrid's API."""
    host: str = ""
    port: int = 0
    user: str = ""
    encrypted: bool = True

    @property
    def on_this_machine(self) -> bool:
        """Whether emails stay on this machine."""
        host = self.host or urlsplit(self.url).hostname or ""
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False


def channel_from(text: str) -> Channel:
    """Read the setting; raises ValueError with a message for operators."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in set(Transport) or (kind == Transport.FILE and not rest):
        raise ValueError(f"is {text!r}, must be {FORMS}")
    transport = Transport(kind)
    if transport is Transport.FILE:
        return Channel(transport=transport, folder=rest)
    return _sendgrid(rest) if transport is Transport.SENDGRID else _mail_server(transport, text)


def _sendgrid(url: str) -> Channel:
    parts = urlsplit(url or SENDGRID_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be sendgrid: alone, or with the base URL of the API such as sendgrid:https://api.eu.sendgrid.com")
    _port(parts)
    return Channel(transport=Transport.SENDGRID, url=parts.geturl().rstrip("/"), encrypted=parts.scheme == "https")


def _mail_server(transport: Transport, text: str) -> Channel:
    parts = urlsplit(text)
    if parts.password:
        raise ValueError("contains a password; move it to SMTP_PASSWORD or to the file that SMTP_PASSWORD_FILE names")
    options = parse_qs(parts.query, keep_blank_values=True)
    plain = options.pop("tls", ["yes"]) == ["no"]
    if not parts.hostname or parts.path not in {"", "/"} or parts.fragment or options or (plain and transport is Transport.SMTPS):
        raise ValueError(f"must be {transport}://user@host:{_PORTS[transport]}; smtp:// without TLS is smtp://host:25?tls=no")
    return Channel(
        transport=transport,
        host=parts.hostname,
        port=_port(parts) or _PORTS[transport],
        user=unquote(parts.username or ""),
        encrypted=not plain,
    )


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ValueError("has a port that is not a number from 0 to 65535") from None
