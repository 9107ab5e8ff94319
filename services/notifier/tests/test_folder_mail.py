"""Emails in a folder: one file each, and never a file outside it."""

from __future__ import annotations

import pytest

from chassis.runtime.ids import uuid7
from notifier.delivery.mailer import RefusedError, TryAgainError
from notifier.delivery.mailers.folder import FolderMailbox
from support.mail_folder import NOW, FolderBox, a_message

USER = uuid7()


def test_the_same_email_sent_twice_is_one_file(tmp_path) -> None:
    box, message = FolderBox(tmp_path), a_message(user_id=USER)
    box.mailer.send(message)
    box.mailer.send(message)
    box.mailer.send(a_message(user_id=USER))
    assert len(box.arrived()) == 2
    assert [mail["Date"].datetime for mail in box.arrived()] == [NOW, NOW]


def test_forgetting_deletes_emails_and_ignores_unknown_ids(tmp_path) -> None:
    box, kept, gone = FolderBox(tmp_path), a_message(user_id=USER), a_message(user_id=USER)
    box.mailer.send(kept)
    box.mailer.send(gone)
    box.mailer.forget([gone.mail_id, uuid7()])
    box.mailer.forget([gone.mail_id])
    assert [mail["X-Outlay-Event-Id"] for mail in box.arrived()] == [kept.event_id]


def test_no_partial_file_is_left_by_a_failure_or_after_a_deletion(tmp_path) -> None:
    box, in_the_way, left = FolderBox(tmp_path), a_message(user_id=USER), uuid7()
    (box.folder / f"{in_the_way.mail_id}.eml").mkdir(parents=True)
    with pytest.raises(TryAgainError):
        box.mailer.send(in_the_way)
    (box.folder / f"{left}.new").write_text("Dear Maria, your")
    box.mailer.forget([left])
    assert [path.suffix for path in box.folder.iterdir()] == [".eml"]


def test_a_non_ascii_address_is_kept(tmp_path) -> None:
    box = FolderBox(tmp_path)
    box.mailer.send(a_message(user_id=USER, to="jürgen@müller.example"))
    assert [mail["To"] for mail in box.arrived()] == ["jürgen@müller.example"]


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
    box.mailer.send(a_message(user_id=USER))
    assert FolderMailbox(box.folder).read(USER, path) is None
    with pytest.raises(RefusedError):
        box.mailer.send(a_message(user_id=USER, mail_id=path))
    with pytest.raises(RefusedError):
        box.mailer.forget([path])
    assert (tmp_path / "keys" / "data.eml").read_text() == "secret"


def test_a_folder_is_listed_newest_first(tmp_path) -> None:
    box, mailbox = FolderBox(tmp_path), FolderMailbox(tmp_path / "mail")
    assert (mailbox.newest(USER), mailbox.read(USER, uuid7())) == ([], None)
    first, second = a_message(user_id=USER, text="One", html="<p>One</p>"), a_message(user_id=USER, subject="Second 🍕")
    box.mailer.send(second)
    box.mailer.send(first)
    (box.folder / "notes.eml").write_text("not one of ours")
    (box.folder / f"{uuid7()}.new").write_text("half a mail")
    assert [entry["id"] for entry in mailbox.newest(USER)] == [second.mail_id, first.mail_id]
    assert mailbox.newest(USER, 1) == [
        {
            "id": second.mail_id,
            "to": "maria@example.com",
            "subject": "Second 🍕",
            "kind": "budget_exceeded",
            "at": "2015-01-24T18:00:00Z",
        }
    ]
    box.mailer.send(third := a_message(user_id=USER, to="jürgen@müller.example", subject="Für dich 🍕"))
    assert (mailbox.newest(USER, 1)[0]["to"], mailbox.newest(USER, 1)[0]["subject"]) == ("jürgen@müller.example", "Für dich 🍕")
    assert (mailbox.read(USER, third.mail_id) or {})["to"] == "jürgen@müller.example"
    shown = mailbox.read(USER, first.mail_id)
    assert shown is not None
    assert {key: value.strip() for key, value in shown.items()} == {
        "subject": "Groceries is over",
        "to": "maria@example.com",
        "text": "One",
        "html": "<p>One</p>",
    }


def test_people_see_only_their_own_emails(tmp_path) -> None:
    box, mailbox = FolderBox(tmp_path), FolderMailbox(tmp_path / "mail")
    box.mailer.send(mail := a_message(user_id=USER))
    stranger = uuid7()
    assert (mailbox.newest(stranger), mailbox.read(stranger, mail.mail_id)) == ([], None)
    assert mailbox.read(USER, mail.mail_id) is not None
