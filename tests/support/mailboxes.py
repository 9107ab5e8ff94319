"""Each way of sending mails, with the real thing at the other end."""

from __future__ import annotations

import email
import email.policy
import ssl
from email.message import EmailMessage
from typing import Any

from notifier.delivery.mailers.sendgrid import SendGridMailer
from notifier.delivery.mailers.smtp import Encryption, Server, SmtpMailer
from support.mail_folder import NOW, SENDER
from testing.mailserver.server import MailServer, Options
from testing.mailserver.signing import Signer
from testing.servers.exim import PASSWORD, USER, Exim


class SendGridBox:
    """The server that speaks SendGrid's API, over HTTP."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        self.server = MailServer(Options(signer=Signer(), tls=tls)).start()
        self.mailer = self.mailer_with()

    def mailer_with(self, **options: Any) -> SendGridMailer:
        usual = {"key": "SG.test", "url": self.server.url, "sender": SENDER, "timeout": 5, "sandbox": False, "reports": True}
        return SendGridMailer(**{**usual, "clock": lambda: NOW, **options})

    def fault(self, kind: str, **order: Any) -> None:
        self.server.faults.set({"kind": kind, **order})

    def arrived(self) -> list[Any]:
        return [_as_sent(mail.mail) for mail in self.server.ledger.all()]

    def away(self) -> None:
        self.server.close()

    def close(self) -> None:
        self.server.close()


class SmtpBox:
    """A real Exim, shared with other boxes: only what arrives from now on counts."""

    def __init__(self, exim: Exim) -> None:
        self.exim = exim.start()
        self._before = len(exim.arrived())
        self.mailer = self.mailer_with()

    def mailer_with(
        self, *, tls: ssl.SSLContext | None = None, timeout: float = 5, sender: str = SENDER, **server: Any
    ) -> SmtpMailer:
        usual = {"host": "localhost", "port": self.exim.port, "encryption": Encryption.STARTTLS, "user": USER, "password": PASSWORD}
        tls = tls or ssl.create_default_context(cafile=str(self.exim.ca))
        return SmtpMailer(Server(**{**usual, **server}), tls=tls, sender=sender, timeout=timeout, clock=lambda: NOW)

    def arrived(self) -> list[Any]:
        return self.exim.arrived()[self._before :]

    def away(self) -> None:
        self.exim.stop()

    def close(self) -> None:
        pass


def _as_sent(request: dict[str, Any]) -> EmailMessage:
    """Make the mail that SendGrid makes of a request."""
    mail = EmailMessage(policy=email.policy.default)
    mail["From"] = request["from"]["email"]
    mail["To"] = request["personalizations"][0]["to"][0]["email"]
    mail["Subject"] = request["subject"]
    for name, value in request["headers"].items():
        mail[name] = value
    mail.set_content(request["content"][0]["value"])
    mail.add_alternative(request["content"][1]["value"], subtype="html")
    return mail
