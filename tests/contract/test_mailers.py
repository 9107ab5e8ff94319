"""What every mailer guarantees to the notifier. Another adapter adds a parameter to `box`."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.runtime.ids import uuid7
from notifier.delivery.mailer import RefusedError, TryAgainError
from notifier.delivery.model import ProviderStatus
from support.mail_folder import FolderBox, a_message
from support.mailboxes import SendGridBox, SmtpBox
from testing.servers.exim import Exim


@pytest.fixture(scope="module")
def exim():
    with Exim() as server:
        yield server


@pytest.fixture(params=["folder", "sendgrid", "smtp"])
def box(request: pytest.FixtureRequest, tmp_path) -> Any:
    if request.param == "smtp":
        made: Any = SmtpBox(request.getfixturevalue("exim"))
    else:
        made = FolderBox(tmp_path) if request.param == "folder" else SendGridBox()
    yield made
    made.close()


def body(mail: Any, subtype: str) -> str:
    return str(mail.get_body((subtype,)).get_content()).replace("\r\n", "\n").removesuffix("\n")


def test_an_email_arrives_with_both_bodies_and_names_its_kind(box) -> None:
    message = a_message()
    box.mailer.send(message)
    [mail] = box.arrived()
    assert (mail["To"], mail["Subject"]) == ("maria@example.com", "Groceries is over")
    assert mail["From"].addresses[0].addr_spec == "outlay@example.org"
    assert (mail["X-Outlay-Kind"], mail["X-Outlay-Event-Id"]) == ("budget_exceeded", message.event_id)
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == (f"<{message.mail_id}@example.org>", "auto-generated")
    assert mail.get_content_type() == "multipart/alternative"
    assert (body(mail, "plain"), body(mail, "html")) == ("Hello", "<p>Hello</p>")


def test_a_duplicate_email_can_be_recognized(box) -> None:
    message = a_message()
    box.mailer.send(message)
    box.mailer.send(message)
    box.mailer.send(a_message())
    assert len({mail["Message-ID"] for mail in box.arrived()}) == 2


def test_alerts_have_one_click_unsubscribe_and_account_emails_do_not(box) -> None:
    box.mailer.send(a_message(unsubscribe="https://outlay.example/api/v1/unsubscribe?token=abc-_1"))
    box.mailer.send(a_message(name="password_reset"))
    alert, letter = sorted(box.arrived(), key=lambda mail: str(mail["X-Outlay-Kind"]))
    assert alert["List-Unsubscribe"] == "<https://outlay.example/api/v1/unsubscribe?token=abc-_1>"
    assert alert["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"]) == (None, None)


@pytest.mark.parametrize(
    "words",
    [
        "🍕 & 🧑‍🧑‍🧒 Family",
        "Großeinkäufe — Übung",
        "\u2068בקבק גג\u2069 is over",
        "食料品" * 60,
        "a " * 300,
        "x" * 1500,
        ".\n..\n.x",
    ],
)
def test_any_text_survives_in_subject_and_bodies(box, words) -> None:
    subject = words.replace("\n", " ").strip()
    box.mailer.send(a_message(subject=subject, text=f"{words}\n\n{words}", html=f"<p>{words}</p>"))
    [mail] = box.arrived()
    assert mail["Subject"] == subject
    assert (body(mail, "plain"), body(mail, "html")) == (f"{words}\n\n{words}", f"<p>{words}</p>")


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a@example.com\nX: 1", "@"],
)
def test_an_impossible_address_is_refused(box, address) -> None:
    with pytest.raises(RefusedError) as error:
        box.mailer.send(a_message(to=address))
    assert "example.com" not in str(error.value)
    assert box.arrived() == []


@pytest.mark.parametrize("field", ["subject", "name", "event_id", "unsubscribe"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_line_end_in_a_header_is_refused(box, field, end) -> None:
    with pytest.raises(RefusedError):
        box.mailer.send(a_message(**{field: f"Groceries{end}Bcc: everybody@example.com"}))
    assert box.arrived() == []


@pytest.mark.parametrize("mail_id", ["", "../keys/data", '1" OR "1"="1', "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11\n"])
def test_an_id_that_is_not_a_uuid_is_refused(box, mail_id) -> None:
    with pytest.raises(RefusedError):
        box.mailer.send(a_message(mail_id=mail_id))
    with pytest.raises(RefusedError):
        box.mailer.status_of(mail_id)
    assert box.arrived() == []


@pytest.mark.parametrize("domain", ["müller.example", "straße.example", "例え.テスト"])
def test_a_non_ascii_domain_arrives_unchanged(box, domain) -> None:
    box.mailer.send(a_message(to=f"maria@{domain}"))
    [to] = [mail["To"] for mail in box.arrived()]
    local, _at, found = str(to).partition("@")
    labels = [
        label.removeprefix("xn--").encode().decode("punycode") if label.startswith("xn--") else label for label in found.split(".")
    ]
    assert (local, ".".join(labels)) == ("maria", domain)


def test_an_unreachable_provider_may_be_tried_again(box) -> None:
    box.away()
    with pytest.raises(TryAgainError) as error:
        box.mailer.send(a_message())
    assert "maria" not in str(error.value)


def test_the_status_of_an_email_never_contradicts_the_truth(box) -> None:
    message = a_message()
    assert box.mailer.status_of(message.mail_id) in {ProviderStatus.NOT_FOUND, ProviderStatus.UNKNOWN}
    box.mailer.send(message)
    assert box.mailer.status_of(message.mail_id) in {ProviderStatus.ACCEPTED, ProviderStatus.UNKNOWN}
    assert box.mailer.status_of(uuid7()) in {ProviderStatus.NOT_FOUND, ProviderStatus.UNKNOWN}


def test_forgetting_raises_nothing_and_keeps_other_emails(box) -> None:
    kept, gone = a_message(), a_message()
    box.mailer.send(kept)
    box.mailer.send(gone)
    box.mailer.forget([gone.mail_id, uuid7()])
    box.mailer.forget([gone.mail_id])
    assert kept.event_id in [mail["X-Outlay-Event-Id"] for mail in box.arrived()]
