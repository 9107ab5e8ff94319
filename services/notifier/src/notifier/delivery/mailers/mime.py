"""Emails as the standards define them, for all mailers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import parseaddr

from notifier.delivery.mailer import RefusedError
from notifier.delivery.model import Message

_ADDRESS = re.compile(r"""([^\s@,;:<>()\[\]"\\\x00-\x1f]+)@([^\s@,;:<>()\[\]"\\\x00-\x1f]+)""")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BAD_HEADER = "The address or another header is invalid."


class _UnencodedHeader(UnstructuredHeader, BaseHeader):
    """A header that Python would write as an encoded word when it is long, which no mail program reads as a URL."""

    def fold(self, *, policy: policy.Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("List-Unsubscribe", _UnencodedHeader)
    return registry


_IN_ASCII = policy.SMTP.clone(header_factory=_registry())
_IN_UTF8 = policy.SMTPUTF8.clone(header_factory=_registry())


def is_id(text: str) -> bool:
    """Return whether a text is the id of an email, strictly, so that it is safe in file names and queries."""
    return _ID.fullmatch(text) is not None


def checked_id(mail_id: str) -> str:
    """Return the id; raises RefusedError if it is not one."""
    if not is_id(mail_id):
        raise RefusedError("The email's id is not a UUID.")
    return mail_id


def mailbox(address: str) -> Address:
    """Return an address in its two parts; raises RefusedError if it is not exactly one address."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise RefusedError(_BAD_HEADER)
    return Address(username=match.group(1), domain=match.group(2))


def in_ascii(address: Address) -> str:
    """Return an address with the domain in xn-- form, which every server accepts. The part before the @ stays as it is.

    Python's idna codec is not used, since it would turn some domains into others (ß into ss).
    """
    labels = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in address.domain.split("."))
    return f"{address.username}@{'.'.join(labels)}"


def headers_of(message: Message, *, sender: str) -> Mapping[str, str]:
    """Return the headers of an email besides From, To, Subject and Date.

    The Message-ID is made of the email's id, so that a duplicate can be recognized.

    Raises:
        RefusedError: if a header is longer than one line.
    """
    domain = parseaddr(sender)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<{checked_id(message.mail_id)}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Outlay-Kind": message.name,
        "X-Outlay-Event-Id": message.event_id,
    }
    if message.unsubscribe:
        headers |= {"List-Unsubscribe": f"<{message.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    for text in (*headers.values(), message.subject):
        if text.splitlines() != [text]:
            raise RefusedError(_BAD_HEADER)
    return headers


def mime_message(message: Message, *, sender: str, at: datetime) -> EmailMessage:
    """Return a complete email; raises RefusedError if it would be invalid."""
    headers, to = headers_of(message, sender=sender), mailbox(message.to)
    # Non-ASCII addresses need the newer form of headers (SMTPUTF8).
    mail = EmailMessage(policy=_IN_ASCII if message.to.isascii() else _IN_UTF8)
    try:
        mail["From"] = sender
        mail["To"] = to
        mail["Subject"] = message.subject
        mail["Date"] = at
        for name, value in headers.items():
            mail[name] = value
    except (ValueError, MessageError) as error:
        raise RefusedError(_BAD_HEADER) from error
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail
