"""The mails that were accepted, in memory and in a journal that outlives a kill."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Accepted:
    """One mail to one recipient."""

    mail_id: str
    event_id: str
    user_id: str
    to: str
    subject: str
    time: float
    """When it was accepted, in seconds since 1970."""
    message_id: str
    """The X-Message-Id of the answer."""
    arguments: dict[str, str] = field(default_factory=dict)
    mail: dict[str, Any] = field(default_factory=dict)
    """The request as it came, without the other personalizations."""

    def summary(self) -> dict[str, Any]:
        """Return what identifies it, without its content."""
        return {name: value for name, value in asdict(self).items() if name not in {"mail", "arguments"}}


class Ledger:
    """What was accepted. With a journal each mail is on disk before `accept` returns."""

    def __init__(self, journal: Path | None = None) -> None:
        """Read the journal, if there is one; a last line that was torn by a kill was never answered and is cut off."""
        self._lock = threading.Lock()
        self._mails: list[Accepted] = []
        self._by_argument: dict[str, list[Accepted]] = {}
        self._told: set[str] = set()
        self._file = self._told_file = None
        if journal is not None:
            notes = journal.with_suffix(".told")
            self._told = set(notes.read_text().split()) if notes.exists() else set()
            self._read(journal)
            self._file, self._told_file = journal.open("ab", buffering=0), notes.open("ab", buffering=0)

    def accept(self, request: dict[str, Any]) -> list[Accepted]:
        """Take a valid request; return one mail for each recipient."""
        message_id, now = secrets.token_urlsafe(16), time.time()
        mails = [
            _accepted(request, part, recipient["email"], message_id, now)
            for part in request["personalizations"]
            for kind in ("to", "cc", "bcc")
            for recipient in part.get(kind, ())
        ]
        with self._lock:
            self._write(mails)
            for mail in mails:
                self._keep(mail)
        return mails

    def all(self) -> list[Accepted]:
        """Return every mail, oldest first."""
        with self._lock:
            return list(self._mails)

    def of(self, mail_id: str) -> list[Accepted]:
        """Return the mails with this custom argument `mail_id`: more than one if it was sent more than once."""
        with self._lock:
            return list(self._by_argument.get(mail_id, ()))

    def untold(self) -> list[Accepted]:
        """Return the mails whose events nobody took yet."""
        return [mail for mail in self.all() if mail.message_id not in self._told]

    def note_told(self, message_ids: set[str]) -> None:
        """Note that the events of these messages were taken, beside the journal."""
        self._told |= message_ids
        if self._told_file is not None and not self._told_file.closed:
            self._told_file.write("".join(f"{message_id}\n" for message_id in message_ids).encode())

    def close(self) -> None:
        """Close the journal."""
        for file in (self._file, self._told_file):
            if file is not None:
                file.close()

    def _keep(self, mail: Accepted) -> None:
        self._mails.append(mail)
        self._by_argument.setdefault(mail.mail_id, []).append(mail)

    def _write(self, mails: list[Accepted]) -> None:
        if self._file is None:
            return
        self._file.write(b"".join(json.dumps(asdict(mail)).encode() + b"\n" for mail in mails))
        os.fsync(self._file.fileno())

    def _read(self, journal: Path) -> None:
        raw = journal.read_bytes() if journal.exists() else b""
        whole = raw[: raw.rfind(b"\n") + 1]
        if whole != raw:
            journal.write_bytes(whole)
        for line in whole.splitlines():
            self._keep(Accepted(**json.loads(line)))


def _accepted(request: dict[str, Any], part: dict[str, Any], to: str, message_id: str, now: float) -> Accepted:
    arguments = part.get("custom_args", {})
    return Accepted(
        mail_id=arguments.get("mail_id", ""),
        event_id=arguments.get("event_id", ""),
        user_id=arguments.get("user_id", ""),
        to=to,
        subject=part.get("subject") or request.get("subject", ""),
        time=now,
        message_id=message_id,
        arguments=arguments,
        mail={**request, "personalizations": [part]},
    )
