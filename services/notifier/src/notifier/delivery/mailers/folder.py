"""Emails as .eml files in a folder, for development and for homes without a mail provider."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from itertools import islice
from pathlib import Path
from typing import Any

from chassis.runtime.clock import Clock, to_wire
from notifier.delivery.mailer import TryAgainError
from notifier.delivery.mailers.mime import checked_id, is_id, mime_message
from notifier.delivery.model import Message, ProviderStatus

_OWNER = "X-Outlay-User"
"""A header in these files only: whose email it is, so that people see only their own."""
_MOST_SEARCHED = 1_000
"""How many of the newest files are searched for a person's emails."""
_UNFINISHED = ".new"
"""The ending of a file that is being written."""


class FolderMailer:
    """Writes emails into a folder. The file is named after the email's id, so sending it twice makes one file."""

    def __init__(self, folder: Path, *, sender: str, clock: Clock) -> None:
        """`sender` is the From header."""
        self.folder, self._sender, self._clock = folder, sender, clock

    def send(self, message: Message) -> None:
        """Write the email; a reader never sees half a file. Raises TryAgainError, RefusedError."""
        mail = mime_message(message, sender=self._sender, at=self._clock())
        mail[_OWNER] = message.user_id
        path, raw = self._path(message.mail_id), mail.as_bytes()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._put(path, raw)
        except OSError as error:
            raise TryAgainError(f"The mail folder cannot be written to: {error.strerror}.") from error

    @property
    def reports(self) -> bool:
        return False

    def status_of(self, mail_id: str) -> ProviderStatus:
        """Return whether the email's file exists."""
        return ProviderStatus.ACCEPTED if self._path(mail_id).exists() else ProviderStatus.NOT_FOUND

    def forget(self, mail_ids: Sequence[str]) -> None:
        """Delete the files of these emails; unknown ids are ignored."""
        for mail_id in mail_ids:
            path = self._path(mail_id)
            path.unlink(missing_ok=True)
            path.with_suffix(_UNFINISHED).unlink(missing_ok=True)  # left by a process that was killed while writing

    def _put(self, path: Path, raw: bytes) -> None:
        unfinished = path.with_suffix(_UNFINISHED)
        try:
            with unfinished.open("wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except OSError:
            unfinished.unlink(missing_ok=True)  # on a full disk, half an email would block the next
            raise
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, mail_id: str) -> Path:
        return self.folder / f"{checked_id(mail_id)}.eml"


class FolderMailbox:
    """Shows people the emails that a FolderMailer wrote to them, in development."""

    def __init__(self, folder: Path) -> None:
        """The folder need not exist yet."""
        self._folder = folder

    def newest(self, user_id: str, limit: int = 100) -> list[Mapping[str, Any]]:
        """Return {id, to, subject, kind, at} of each email to a user, newest first."""
        # The ids are UUIDv7, so names sort by time without opening the files.
        names = sorted((path.stem for path in self._folder.glob("*.eml") if is_id(path.stem)), reverse=True)
        listed = (self._listed(user_id, mail_id) for mail_id in names[:_MOST_SEARCHED])
        return list(islice((mail for mail in listed if mail is not None), limit))

    def read(self, user_id: str, mail_id: str) -> Mapping[str, Any] | None:
        """Return {subject, to, text, html} of one email to a user; None if there is none with this id."""
        raw = self._raw(mail_id)
        if raw is None:
            return None
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        if mail[_OWNER] != user_id:
            return None
        head = {"subject": str(mail["Subject"]), "to": str(mail["To"])}
        return {**head, "text": _part(mail, "plain"), "html": _part(mail, "html")}

    def _listed(self, user_id: str, mail_id: str) -> Mapping[str, Any] | None:
        raw = self._raw(mail_id)
        if raw is None:
            return None
        mail = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        if mail[_OWNER] != user_id:
            return None
        head = {"id": mail_id, "to": str(mail["To"]), "subject": str(mail["Subject"])}
        return {**head, "kind": str(mail["X-Outlay-Kind"]), "at": to_wire(mail["Date"].datetime)}

    def _raw(self, mail_id: str) -> bytes | None:
        """Return the content of a file. The id is checked strictly, so it cannot lead out of the folder."""
        if not is_id(mail_id):
            return None
        try:
            return (self._folder / f"{mail_id}.eml").read_bytes()
        except FileNotFoundError:
            return None


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part else ""
