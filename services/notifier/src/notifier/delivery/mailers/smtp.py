"""Sends emails through a mail server (SMTP), and translates each answer at each step."""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import parseaddr
from enum import Enum
from functools import cached_property

from chassis.runtime.clock import Clock
from notifier.delivery.mailer import RefusedError, TryAgainError, UncertainError
from notifier.delivery.mailers.mime import checked_id, in_ascii, mailbox, mime_message
from notifier.delivery.model import Message, ProviderStatus

log = logging.getLogger("outlay.notifier.smtp")

_OK, _CONTINUE, _PERMANENT_FAILURE = 2, 3, 5
"""The first digit of an answer."""
_TOO_LARGE = 552
_LOGIN_REQUIRED = frozenset({530, 534, 535, 538})
_TRANSACTION_TIMEOUTS = 1.5
"""How many timeouts the commands before the text may take, and the answer to the text, while servers check for spam."""
_DOT = re.compile(rb"^\.", re.MULTILINE)
_AWAY = "The mail server cannot be reached."
_BUSY = "The mail server is busy or failing."
_ACCESS_DENIED = "The mail server denied access."
_REFUSAL = "The mail server refused the email."
_LOST = "The connection to the mail server was lost before it answered."
_ASCII_ONLY = "The mail server does not accept non-ASCII addresses."


class Encryption(Enum):
    """When the connection is encrypted."""

    STARTTLS = "starttls"
    IMPLICIT_TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The address of the mail server and our account there."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = ""


class SmtpMailer:
    """Sends each email over a connection of its own."""

    def __init__(self, server: Server, *, tls: ssl.SSLContext, sender: str, timeout: float, clock: Clock) -> None:
        """`tls` checks the server's certificate; `timeout` limits each answer, and a whole email takes at most three."""
        self._server, self._tls, self._sender, self._timeout, self._clock = server, tls, sender, timeout, clock

    @property
    def reports(self) -> bool:
        """A mail server sends no reports that we could read."""
        return False

    def send(self, message: Message) -> None:
        """Hand over an email. Raises TryAgainError, UncertainError, RefusedError."""
        mail = mime_message(replace(message, to=in_ascii(mailbox(message.to))), sender=self._sender, at=self._clock())
        begun = time.monotonic()
        session = self._open()
        try:
            options = self._options(session, message)
            form = mail.policy if "BODY=8BITMIME" in options else mail.policy.clone(cte_type="7bit")
            self._send_envelope(session, in_ascii(mailbox(message.to)), options)
            if time.monotonic() - begun > _TRANSACTION_TIMEOUTS * self._timeout:
                raise TryAgainError(_BUSY)
            self._send_text(session, mail.as_bytes(policy=form))
        finally:
            _leave(session)

    def greet(self) -> str:
        """Connect, encrypt and log in without sending; return what the server supports. Raises TryAgainError."""
        session = self._open()
        try:
            return "8BITMIME" if session.has_extn("8bitmime") else "7-bit only"
        finally:
            _leave(session)

    def status_of(self, mail_id: str) -> ProviderStatus:
        """A mail server cannot be asked."""
        checked_id(mail_id)
        return ProviderStatus.UNKNOWN

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Nothing is stored on our side."""

    def _open(self) -> smtplib.SMTP:
        """Connect, encrypt, log in. Failures here do not depend on the email."""
        try:
            session = self._connect()
        except (smtplib.SMTPException, ssl.SSLError) as error:
            raise TryAgainError(_AWAY) from self._logged(error, "connecting")
        except OSError as error:
            raise TryAgainError(_AWAY) from error
        try:
            if self._server.encryption is Encryption.STARTTLS:
                session.starttls(context=self._tls)
            if self._server.user:
                session.login(self._server.user, self._server.password)
            session.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            session.close()
            raise TryAgainError(_ACCESS_DENIED) from self._logged(error, "encrypting or logging in")
        return session

    def _connect(self) -> smtplib.SMTP:
        host, port, name, timeout = self._server.host, self._server.port, self._name, self._timeout
        if self._server.encryption is Encryption.IMPLICIT_TLS:
            return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=timeout, context=self._tls)
        return smtplib.SMTP(host, port, local_hostname=name, timeout=timeout)

    def _logged(self, error: Exception, step: str) -> Exception:
        """Log an error for the operator, without the server's text, which could hold the user's name."""
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
        log.error(
            "mail server failed: check NOTIFIER_MAIL, SMTP_PASSWORD and SMTP_CA",
            extra={"step": step, "code": code, "kind": type(error).__name__},
        )
        return error

    def _options(self, session: smtplib.SMTP, message: Message) -> list[str]:
        options = ["BODY=8BITMIME"] if session.has_extn("8bitmime") else []
        if mailbox(message.to).username.isascii():
            return options
        if not (session.has_extn("smtputf8") and options):
            raise RefusedError(_ASCII_ONLY)
        return [*options, "SMTPUTF8"]

    def _send_envelope(self, session: smtplib.SMTP, to: str, options: list[str]) -> None:
        """Send the envelope. Nothing is accepted before the text has ended."""
        try:
            code, _text = session.mail(parseaddr(self._sender)[1], options)
            if code // 100 == _PERMANENT_FAILURE and code != _TOO_LARGE:  # about us, not about the email
                log.error("mail server refuses the sender: check NOTIFIER_FROM", extra={"code": code})
                raise TryAgainError(_ACCESS_DENIED)
            _check_answer(code, expected=_OK)
            _check_answer(session.rcpt(to)[0], expected=_OK)
            _check_answer(session.docmd("DATA")[0], expected=_CONTINUE)
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgainError(_AWAY) from error

    def _send_text(self, session: smtplib.SMTP, raw: bytes) -> None:
        text = _DOT.sub(b"..", raw)
        try:
            session.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            if session.sock is not None:
                session.sock.settimeout(_TRANSACTION_TIMEOUTS * self._timeout)
            session.send(b".\r\n")
        except (OSError, smtplib.SMTPException) as error:  # without its last line an email is incomplete
            raise TryAgainError(_AWAY) from error
        try:
            code, _text = session.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise UncertainError(_LOST) from error
        _check_answer(code, expected=_OK)

    @cached_property
    def _name(self) -> str:
        """Our name in EHLO."""
        name = socket.getfqdn()
        return name if "." in name and name.isascii() else "[127.0.0.1]"


def _leave(session: smtplib.SMTP) -> None:
    """Quit without waiting for an answer, which would change nothing."""
    with suppress(OSError, smtplib.SMTPException):
        session.putcmd("QUIT")
    with suppress(OSError):
        session.close()


def _check_answer(code: int, *, expected: int) -> None:
    """Raise what an answer means for the email, unless it is the expected one."""
    kind = code // 100
    if kind == expected:
        return
    if code in _LOGIN_REQUIRED:
        log.error("mail server requires a login: check NOTIFIER_MAIL and SMTP_PASSWORD", extra={"code": code})
        raise TryAgainError(_ACCESS_DENIED)
    if kind == _PERMANENT_FAILURE:
        log.warning("email refused", extra={"code": code})
        raise RefusedError(_REFUSAL)
    raise TryAgainError(_BUSY)
