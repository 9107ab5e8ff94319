"""Mails as .eml files in a folder: the mailer of a home without a mail provider, and what the development page reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from itertools import islice
from pathlib import Path
from typing import Any

from chassis.runtime.clock import to_wire
from notifier.adapters.mime import checked_id, is_id, written
from notifier.domain.errors import TryAgainError
from notifier.domain.mails import Message, Trail

_WHOSE = "X-Outlay-User"
"""A header in these files alone: whose mail it is, so that nobody is shown another one's."""
_LOOKED_AT = 1_000
"""The newest files, in which somebody's own are looked for."""
_FRESH = ".new"
"""The ending of a file that is being written."""


class FolderMailer:
    """The port Mailer. A mail sent twice is one file: its name is its id."""

    def __init__(self, folder: Path, *, sender: str, clock: Callable[[], datetime]) -> None:
        """`sender` stands in From."""
        self.folder, self._sender, self._clock = folder, sender, clock

    def send(self, message: Message) -> None:
        """Write the mail; a reader never sees half a file. Raises TryAgainError, RefusedError."""
        mail = written(message, sender=self._sender, at=self._clock())
        mail[_WHOSE] = message.user_id
        path, raw = self._path(message.mail_id), mail.as_bytes()
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
            path = self._path(mail_id)
            path.unlink(missing_ok=True)
            path.with_suffix(_FRESH).unlink(missing_ok=True)  # of a process that was killed while it wrote

    def _put(self, path: Path, raw: bytes) -> None:
        fresh = path.with_suffix(_FRESH)
        try:
            with fresh.open("wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        except OSError:
            fresh.unlink(missing_ok=True)  # on a full disk half a mail is in the way of the next
            raise
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _path(self, mail_id: str) -> Path:
        return self.folder / f"{checked_id(mail_id)}.eml"


class FolderMailbox:
    """Shows people what a FolderMailer wrote to them, in development: whoever can read the folder reads everybody's mails."""

    def __init__(self, folder: Path) -> None:
        """Look at this folder, which need not exist yet."""
        self._folder = folder

    def newest(self, user_id: str, limit: int = 100) -> list[Mapping[str, Any]]:
        """Return {id, to, subject, kind, at} of each mail to a user, newest first."""
        # The ids are UUIDv7, so the names tell the order without opening every file.
        names = sorted((path.stem for path in self._folder.glob("*.eml") if is_id(path.stem)), reverse=True)
        listed = (self._listed(user_id, mail_id) for mail_id in names[:_LOOKED_AT])
        return list(islice((mail for mail in listed if mail is not None), limit))

    def read(self, user_id: str, mail_id: str) -> Mapping[str, Any] | None:
        """Return {subject, to, text, html} of one mail to a user, None if there is none of this id."""
        raw = self._raw(mail_id)
        if raw is None:
            return None
        mail = BytesParser(policy=policy.default).parsebytes(raw)
        if mail[_WHOSE] != user_id:
            return None
        head = {"subject": str(mail["Subject"]), "to": str(mail["To"])}
        return {**head, "text": _part(mail, "plain"), "html": _part(mail, "html")}

    def _listed(self, user_id: str, mail_id: str) -> Mapping[str, Any] | None:
        raw = self._raw(mail_id)
        if raw is None:
            return None
        mail = BytesHeaderParser(policy=policy.default).parsebytes(raw)
        if mail[_WHOSE] != user_id:
            return None
        head = {"id": mail_id, "to": str(mail["To"]), "subject": str(mail["Subject"])}
        return {**head, "kind": str(mail["X-Outlay-Kind"]), "at": to_wire(mail["Date"].datetime)}

    def _raw(self, mail_id: str) -> bytes | None:
        """Return the file. An id is checked strictly, so that it cannot lead out of the folder."""
        if not is_id(mail_id):
            return None
        try:
            return (self._folder / f"{mail_id}.eml").read_bytes()
        except FileNotFoundError:
            return None


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if part else ""
