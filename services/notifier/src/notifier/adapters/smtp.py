"""Mails through somebody's own mail server: which answer, at which step, means what for a mail."""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from enum import Enum
from functools import cached_property

from notifier.adapters.mime import checked_id, in_ascii, mailbox, written
from notifier.domain.errors import RefusedError, TryAgainError, UncertainError
from notifier.domain.mails import Message, Trail

log = logging.getLogger("outlay.notifier.smtp")

_SETTLED, _GO_AHEAD, _NEVER = 2, 3, 5
_TOO_LARGE = 552
_LOG_IN_FIRST = frozenset({530, 534, 535, 538})
_TRANSACTION = 1.5
"""How many timeouts everything before the text may take, and the answer to it, in which servers look for spam."""
_DOT = re.compile(rb"^\.", re.MULTILINE)
_AWAY = "The mail server cannot be reached."
_BUSY = "The mail server is busy or out of order."
_NO_ENTRY = "The mail server does not let us in."
_REFUSAL = "The mail server refused the mail."
_LOST = "The connection to the mail server was lost before it answered."
_ASCII_ONLY = "The mail server takes no address outside ASCII."


class Encryption(Enum):
    """When the connection is encrypted."""

    STARTTLS = "starttls"
    FROM_THE_START = "tls"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the mail server is and who we are to it."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = ""


class SmtpMailer:
    """The port Mailer over SMTP; each mail has a connection of its own."""

    def __init__(
        self, server: Server, *, trust: ssl.SSLContext, sender: str, timeout: float, clock: Callable[[], datetime]
    ) -> None:
        """`trust` checks the server's certificate; `timeout` is for each answer, and three of them for a whole mail."""
        self._server, self._trust, self._sender, self._timeout, self._clock = server, trust, sender, timeout, clock

    @property
    def reports(self) -> bool:
        """A mail server tells nothing later that we could read."""
        return False

    def send(self, message: Message) -> None:
        """Hand a mail over. Raises TryAgainError, UncertainError, RefusedError."""
        mail = written(replace(message, to=in_ascii(mailbox(message.to))), sender=self._sender, at=self._clock())
        begun = time.monotonic()
        session = self._open()
        try:
            options = self._options(session, message)
            form = mail.policy if "BODY=8BITMIME" in options else mail.policy.clone(cte_type="7bit")
            self._begin(session, in_ascii(mailbox(message.to)), options)
            if time.monotonic() - begun > _TRANSACTION * self._timeout:
                raise TryAgainError(_BUSY)
            self._hand_over(session, mail.as_bytes(policy=form))
        finally:
            _leave(session)

    def greet(self) -> str:
        """Connect, encrypt and log in, and leave without a mail; return what the server can. Raises TryAgainError."""
        session = self._open()
        try:
            return "8BITMIME" if session.has_extn("8bitmime") else "7 bits only"
        finally:
            _leave(session)

    def trail(self, mail_id: str) -> Trail:
        """SMTP has nobody to ask."""
        checked_id(mail_id)
        return Trail.UNTOLD

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Nothing is kept on this side."""

    def _open(self) -> smtplib.SMTP:
        """Connect, encrypt, log in; whatever fails is no fault of the mail."""
        try:
            session = self._connected()
        except (smtplib.SMTPException, ssl.SSLError) as error:
            raise TryAgainError(_AWAY) from self._noted(error, "connecting")
        except OSError as error:
            raise TryAgainError(_AWAY) from error
        try:
            if self._server.encryption is Encryption.STARTTLS:
                session.starttls(context=self._trust)
            if self._server.user:
                session.login(self._server.user, self._server.password)
            session.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            session.close()
            raise TryAgainError(_NO_ENTRY) from self._noted(error, "encrypting or logging in")
        return session

    def _connected(self) -> smtplib.SMTP:
        host, port, name, timeout = self._server.host, self._server.port, self._name, self._timeout
        if self._server.encryption is Encryption.FROM_THE_START:
            return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=timeout, context=self._trust)
        return smtplib.SMTP(host, port, local_hostname=name, timeout=timeout)

    def _noted(self, error: Exception, step: str) -> Exception:
        """Tell the operator, without the server's words, which could hold the user's name."""
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
        log.error(
            "mail server: check NOTIFIER_MAIL, SMTP_PASSWORD and SMTP_CA",
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

    def _begin(self, session: smtplib.SMTP, to: str, options: list[str]) -> None:
        """Say from whom and to whom; nothing is accepted before the text has ended."""
        try:
            code, _text = session.mail(parseaddr(self._sender)[1], options)
            if code // 100 == _NEVER and code != _TOO_LARGE:  # about us, not about the mail
                log.error("mail server: it refuses the sender, check NOTIFIER_FROM", extra={"code": code})
                raise TryAgainError(_NO_ENTRY)
            _judge(code, good=_SETTLED)
            _judge(session.rcpt(to)[0], good=_SETTLED)
            _judge(session.docmd("DATA")[0], good=_GO_AHEAD)
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgainError(_AWAY) from error

    def _hand_over(self, session: smtplib.SMTP, raw: bytes) -> None:
        text = _DOT.sub(b"..", raw)
        try:
            session.send(text if text.endswith(b"\r\n") else text + b"\r\n")
            if session.sock is not None:
                session.sock.settimeout(_TRANSACTION * self._timeout)
            session.send(b".\r\n")
        except (OSError, smtplib.SMTPException) as error:  # without its last line a mail is none
            raise TryAgainError(_AWAY) from error
        try:
            code, _text = session.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise UncertainError(_LOST) from error
        _judge(code, good=_SETTLED)

    @cached_property
    def _name(self) -> str:
        """How we introduce ourselves."""
        name = socket.getfqdn()
        return name if "." in name and name.isascii() else "[127.0.0.1]"


def _leave(session: smtplib.SMTP) -> None:
    """Say goodbye without waiting for an answer: whatever comes now changes nothing."""
    with suppress(OSError, smtplib.SMTPException):
        session.putcmd("QUIT")
    with suppress(OSError):
        session.close()


def _judge(code: int, *, good: int) -> None:
    """Raise what an answer means for the mail, unless it is the good one."""
    kind = code // 100
    if kind == good:
        return
    if code in _LOG_IN_FIRST:
        log.error("mail server: it wants a user, check NOTIFIER_MAIL and SMTP_PASSWORD", extra={"code": code})
        raise TryAgainError(_NO_ENTRY)
    if kind == _NEVER:
        log.warning("mail refused", extra={"code": code})
        raise RefusedError(_REFUSAL)
    raise TryAgainError(_BUSY)
