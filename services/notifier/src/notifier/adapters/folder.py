"""Mails as .eml files in a folder: the mailer of a home without a mail provider, and what the development page reads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import Any

from chassis.clock import to_wire
from notifier.domain.errors import RefusedError, TryAgainError
from notifier.domain.mails import Message, Trail

_ADDRESS = re.compile(r"""([^\s@,;:<>()\[\]"\\\x00-\x1f]+)@([^\s@,;:<>()\[\]"\\\x00-\x1f]+)""")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class FolderMailer:
    """The port Mailer. A mail sent twice is one file: its name is its id."""

    def __init__(self, folder: Path, *, sender: str, clock: Callable[[], datetime]) -> None:
        """`sender` stands in From."""
        self.folder, self._sender, self._clock = folder, sender, clock

    def send(self, message: Message) -> None:
        """Write the mail; a reader never sees half a file. Raises TryAgainError, RefusedError."""
        path, raw = self._path(message.mail_id), self._written(message)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._put(path, raw)
        except OSError as error:
            raise TryAgainError(f"The mail folder cannot be written: {error.strerror}.") from error

    @property
    def reports(self) -> bool:
        """A folder tells nothing by itself."""
        return False

    def trail(self, mail_id: str) -> Trail:
        """Say whether the mail's file is there."""
        return Trail.ACCEPTED if self._path(mail_id).exists() else Trail.UNSEEN

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Delete the files of these mails; unknown ids are no error."""
        for mail_id in mail_ids:
            self._path(mail_id).unlink(missing_ok=True)

    def _written(self, message: Message) -> bytes:
        # An address outside ASCII cannot be written in the older form of headers.
        form = policy.SMTP if message.to.isascii() else policy.SMTPUTF8
        mail = EmailMessage(policy=form)
        try:
            mail["From"] = self._sender
            mail["To"] = _mailbox(message.to)
            mail["Subject"] = message.subject
            mail["Date"] = self._clock()
            mail["Message-ID"] = f"<{message.mail_id}@{mail['From'].addresses[0].domain}>"
            mail["Auto-Submitted"] = "auto-generated"
            mail["X-Outlay-Kind"] = message.name
            mail["X-Outlay-Event-Id"] = message.event_id
        except (ValueError, MessageError) as error:
            reason = "The address or another header is not one that mail can have."
            raise RefusedError(reason) from error
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail.as_bytes()

    def _put(self, path: Path, raw: bytes) -> None:
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, mail_id: str) -> Path:
        if not _ID.fullmatch(mail_id):
            message = "The mail's id is no UUID."
            raise RefusedError(message)
        return self.folder / f"{mail_id}.eml"


def _mailbox(address: str) -> Address:
    """Return an address as a header takes it; raises ValueError if it is not exactly one."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        message = "not one address"
        raise ValueError(message)
    return Address(username=match.group(1), domain=match.group(2))


class FolderMailbox:
    """Shows what a FolderMailer wrote; for development, since everybody's mails are in it."""

    def __init__(self, folder: Path) -> None:
        """Look at this folder, which need not exist yet."""
        self._folder = folder

    def newest(self, limit: int = 100) -> list[Mapping[str, Any]]:
        """Return {id, to, subject, kind, at} of each mail, newest first."""
        # The ids are UUIDv7, so the names tell the order without opening every file.
        names = sorted((path.stem for path in self._folder.glob("*.eml") if _ID.fullmatch(path.stem)), reverse=True)
        listed = (self._listed(mail_id) for mail_id in names[:limit])
        return [mail for mail in listed if mail is not None]

    def read(self, mail_id: str) -> Mapping[str, Any] | None:
        """Return {subject, to, text, html} of one mail, None if there is none of this id."""
        raw = self._raw(mail_id)
        if raw is None:
            return None
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        head = {"subject": str(mail["Subject"]), "to": str(mail["To"])}
        return {**head, "text": _part(mail, "plain"), "html": _part(mail, "html")}

    def _listed(self, mail_id: str) -> Mapping[str, Any] | None:
        raw = self._raw(mail_id)
        if raw is None:
            return None
        mail = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        head = {"id": mail_id, "to": str(mail["To"]), "subject": str(mail["Subject"])}
        return {**head, "kind": str(mail["X-Outlay-Kind"]), "at": to_wire(mail["Date"].datetime)}

    def _raw(self, mail_id: str) -> bytes | None:
        """Return the file. An id is checked strictly, so that it cannot lead out of the folder."""
        if not _ID.fullmatch(mail_id):
            return None
        try:
            return (self._folder / f"{mail_id}.eml").read_bytes()
        except FileNotFoundError:
            return None


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part else ""
