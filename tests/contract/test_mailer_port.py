"""What every mailer promises to the notifier. Another adapter adds a parameter to `box`."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from chassis.ids import uuid7
from notifier.adapters.folder import FolderMailbox, FolderMailer
from notifier.domain.errors import RefusedError, TryAgainError
from notifier.domain.mails import Message

if TYPE_CHECKING:
    from pathlib import Path

    from notifier.domain.ports import Mailer

NOW = datetime(2015, 1, 24, 18, tzinfo=UTC)


def a_message(**more: Any) -> Message:
    facts = {"mail_id": uuid7(), "to": "maria@example.com", "subject": "Groceries is over", "text": "Hello", "html": "<p>Hello</p>"}
    facts |= {"user_id": uuid7(), "unsubscribe": "", "name": "budget_exceeded", "event_id": uuid7()}
    return Message(**{**facts, **more})


class Box(Protocol):
    """A mailer, and what arrived at the other end."""

    mailer: Mailer

    def arrived(self) -> list[Any]:
        """Return the mails as parsed messages."""

    def away(self) -> None:
        """Let the other end be out of reach from now on."""


class FolderBox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mail"
        self.mailer = FolderMailer(self.folder, sender="Outlay <outlay@example.org>", clock=lambda: NOW)

    def arrived(self) -> list[Any]:
        files = sorted(self.folder.iterdir()) if self.folder.exists() else []
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def away(self) -> None:
        self.folder.write_text("a file is in the way of the folder")


@pytest.fixture(params=[FolderBox])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return request.param(tmp_path)


def body(mail: Any, subtype: str) -> str:
    return str(mail.get_body((subtype,)).get_content()).replace("\r\n", "\n").removesuffix("\n")


def test_a_mail_arrives_with_both_bodies_and_says_what_it_is(box) -> None:
    message = a_message()
    box.mailer.send(message)
    [mail] = box.arrived()
    assert (mail["To"], mail["Subject"], mail["Date"].datetime) == ("maria@example.com", "Groceries is over", NOW)
    assert (mail["X-Outlay-Kind"], mail["X-Outlay-Event-Id"]) == ("budget_exceeded", message.event_id)
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == (f"<{message.mail_id}@example.org>", "auto-generated")
    assert mail.get_content_type() == "multipart/alternative"
    assert (body(mail, "plain"), body(mail, "html")) == ("Hello", "<p>Hello</p>")


def test_the_same_mail_sent_twice_arrives_once(box) -> None:
    message = a_message()
    box.mailer.send(message)
    box.mailer.send(message)
    box.mailer.send(a_message())
    assert len(box.arrived()) == 2


@pytest.mark.parametrize(
    "words",
    ["🍕 & 🧑‍🧑‍🧒 Family", "Großeinkäufe — Übung", "\u2068בקבק גג\u2069 is over", "食料品" * 60, "a " * 300, "x" * 1500],
)
def test_any_words_survive_in_subject_and_bodies(box, words) -> None:
    box.mailer.send(a_message(subject=words.strip(), text=f"{words}\n\n{words}", html=f"<p>{words}</p>"))
    [mail] = box.arrived()
    assert mail["Subject"] == words.strip()
    assert (body(mail, "plain"), body(mail, "html")) == (f"{words}\n\n{words}", f"<p>{words}</p>")


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a@example.com\nX: 1", "@"],
)
def test_an_address_that_cannot_be_is_refused(box, address) -> None:
    with pytest.raises(RefusedError) as error:
        box.mailer.send(a_message(to=address))
    assert "example.com" not in str(error.value)
    assert box.arrived() == []


@pytest.mark.parametrize("field", ["subject", "name", "event_id"])
def test_a_line_end_in_a_header_is_refused(box, field) -> None:
    with pytest.raises(RefusedError):
        box.mailer.send(a_message(**{field: "Groceries\r\nBcc: everybody@example.com"}))
    assert box.arrived() == []


def test_an_address_outside_ascii_is_kept(box) -> None:
    box.mailer.send(a_message(to="jürgen@müller.example"))
    assert [mail["To"] for mail in box.arrived()] == ["jürgen@müller.example"]


def test_what_is_out_of_reach_may_be_tried_again(box) -> None:
    box.away()
    with pytest.raises(TryAgainError):
        box.mailer.send(a_message())


def test_forgotten_mails_are_gone_and_unknown_ones_no_error(box) -> None:
    kept, gone = a_message(), a_message()
    box.mailer.send(kept)
    box.mailer.send(gone)
    box.mailer.forget([gone.mail_id, uuid7()])
    box.mailer.forget([gone.mail_id])
    assert [mail["X-Outlay-Event-Id"] for mail in box.arrived()] == [kept.event_id]


PATHS = [
    "",
    ".",
    "..",
    "../keys/data",
    "..%2Fkeys",
    "/etc/passwd",
    "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11/..",
    "0190F1D2-6F0E-7C3A-9D55-0A4D2C9B7E11",
]


@pytest.mark.parametrize("path", [*PATHS, "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11\n", "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11\0"])
def test_an_id_leads_to_no_file_outside_the_folder(tmp_path, path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "data.eml").write_text("secret")
    box = FolderBox(tmp_path)
    box.mailer.send(a_message())
    assert FolderMailbox(box.folder).read(path) is None
    with pytest.raises(RefusedError):
        box.mailer.send(a_message(mail_id=path))
    with pytest.raises(RefusedError):
        box.mailer.forget([path])
    assert (tmp_path / "keys" / "data.eml").read_text() == "secret"


def test_a_folder_is_shown_newest_first(tmp_path) -> None:
    box, mailbox = FolderBox(tmp_path), FolderMailbox(tmp_path / "mail")
    assert (mailbox.newest(), mailbox.read(uuid7())) == ([], None)
    first, second = a_message(text="One", html="<p>One</p>"), a_message(subject="Second 🍕")
    box.mailer.send(second)
    box.mailer.send(first)
    (box.folder / "notes.eml").write_text("not one of ours")
    (box.folder / f"{uuid7()}.new").write_text("half a mail")
    assert [entry["id"] for entry in mailbox.newest()] == [second.mail_id, first.mail_id]
    assert mailbox.newest(1) == [
        {
            "id": second.mail_id,
            "to": "maria@example.com",
            "subject": "Second 🍕",
            "kind": "budget_exceeded",
            "at": "2015-01-24T18:00:00Z",
        }
    ]
    box.mailer.send(third := a_message(to="jürgen@müller.example", subject="Für dich 🍕"))
    assert (mailbox.newest(1)[0]["to"], mailbox.newest(1)[0]["subject"]) == ("jürgen@müller.example", "Für dich 🍕")
    assert (mailbox.read(third.mail_id) or {})["to"] == "jürgen@müller.example"
    shown = mailbox.read(first.mail_id)
    assert shown is not None
    assert {key: value.strip() for key, value in shown.items()} == {
        "subject": "Groceries is over", "to": "maria@example.com", "text": "One", "html": "<p>One</p>",
    }  # fmt: skip
