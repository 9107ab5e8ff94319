"""The notifier's settings, from the environment."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from email.utils import parseaddr

from chassis.platform import Bound
from chassis.runtime.settings import CommonSettings, one_of, setting, web_address, whole_number
from chassis.storage.address import store_address
from notifier.mail_channel import FORMS, Channel, Transport, channel_from

DEFAULT_SENDER = "Outlay <outlay@localhost.localdomain>"
"""Good enough for emails that stay in a folder."""


def _mailbox(text: str) -> str:
    _name, address = parseaddr(text)
    if not text.isprintable() or not address.rpartition("@")[2] or "@" not in address:
        raise ValueError(f"is {text!r}, must be one address such as Outlay <outlay@example.com>")
    return text


def _channel(text: str) -> str:
    channel_from(text)
    return text


def _yes_or_no(text: str) -> bool:
    return one_of("yes", "no")(text) == "yes"


def _secret(text: str) -> str:
    if not text.isascii() or not text.isprintable() or text.strip() != text:
        raise ValueError("must be one line of ASCII without spaces around it")
    return text


def _hook_key(text: str) -> str:
    key = "".join(line for line in text.split() if "-" not in line and line not in ("PUBLIC", "KEY"))
    if text.strip() and (not key or not re.fullmatch("[A-Za-z0-9+/]+=*", key)):
        raise ValueError("must be the base64 key that SendGrid shows next to Signed Event Webhook")
    return key


def _certificates(text: str) -> str:
    try:
        ssl.create_default_context(cafile=text or None)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"is {text!r}, which cannot be read as a PEM file of certificates") from error
    return text


@dataclass(frozen=True, kw_only=True)
class NotifierSettings(CommonSettings):
    """The settings of the notifier."""

    database: str = setting(
        "NOTIFIER_DB",
        "the database of alerts and emails, as a SQLAlchemy URL",
        parse=store_address,
        bound=Bound("sql", own="notifier"),
        secret=True,
    )
    mail: str = setting("NOTIFIER_MAIL", f"how emails are sent: {FORMS}", parse=_channel, bound=Bound("mail"))
    mail_from: str = setting(
        "NOTIFIER_FROM", "the sender of emails", default=DEFAULT_SENDER, parse=_mailbox, bound=Bound("mail", "from")
    )
    mail_timeout: int = setting(
        "NOTIFIER_MAIL_TIMEOUT", "how many seconds to wait for a provider's answer", default=10, parse=whole_number(1, 10)
    )
    sendgrid_key: str = setting(
        "SENDGRID_API_KEY",
        "an API key with the scope mail.send",
        default="",
        parse=_secret,
        bound=Bound("mail", "apikey"),
        secret=True,
    )
    sendgrid_sandbox: bool = setting(
        "SENDGRID_SANDBOX", "yes: SendGrid checks emails and sends none", default=False, parse=_yes_or_no
    )
    hook_key: str = setting(
        "SENDGRID_HOOK_KEY", "the verification key of SendGrid's signed event webhook", default="", parse=_hook_key
    )
    unsure_seconds: int = setting(
        "NOTIFIER_UNSURE_SECONDS",
        "how many seconds a provider may take to show an email that it accepted",
        default=15,
        parse=whole_number(0, 3600),
    )
    smtp_password: str = setting("SMTP_PASSWORD", "the password at the mail server", default="", parse=_secret, secret=True)
    smtp_ca: str = setting("SMTP_CA", "PEM file of the CA of the mail server's certificate", default="", parse=_certificates)
    url: str = setting(
        "OUTLAY_URL", "the public URL of the app", default="http://127.0.0.1:8000", parse=web_address("https://outlay.example.com")
    )

    @property
    def channel(self) -> Channel:
        """The provider that sends emails."""
        return channel_from(self.mail)

    def problems(self) -> list[str]:
        channel = self.channel
        found = super().problems()
        if channel.transport is not Transport.FILE and self.mail_from == DEFAULT_SENDER:
            found.append("NOTIFIER_FROM: is missing: emails need a sender in a domain of yours")
        if not parseaddr(self.mail_from)[1].isascii():
            found.append("NOTIFIER_FROM: has a non-ASCII address, which some providers reject; write the domain as xn--...")
        return found + (
            self._sendgrid_problems(channel) if channel.transport is Transport.SENDGRID else self._other_problems(channel)
        )

    def _sendgrid_problems(self, channel: Channel) -> list[str]:
        found = []
        if not self.sendgrid_key:
            found.append("SENDGRID_API_KEY: is missing: NOTIFIER_MAIL says sendgrid; create a key with the scope mail.send")
        if not channel.encrypted and not channel.on_this_machine:
            found.append("NOTIFIER_MAIL: would send the key and all emails unencrypted; write sendgrid:https://...")
        return found

    def _other_problems(self, channel: Channel) -> list[str]:
        found = []
        if self.sendgrid_sandbox:
            found.append("SENDGRID_SANDBOX: is yes, but NOTIFIER_MAIL does not use SendGrid, so emails would be sent")
        if channel.user and not self.smtp_password:
            found.append("SMTP_PASSWORD: is missing: NOTIFIER_MAIL names a user; set it, or remove the user")
        if self.smtp_password and not channel.user and channel.transport is not Transport.FILE:
            found.append("SMTP_PASSWORD: is set, but NOTIFIER_MAIL names no user; write it as smtp://user@host")
        if channel.user and not channel.encrypted:
            found.append("NOTIFIER_MAIL: would send the password unencrypted; remove tls=no, or the user")
        return found
