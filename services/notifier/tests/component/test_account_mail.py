"""Account emails: they need no recipient, and their tokens stay encrypted until they are sent."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from notifier.delivery.mailer import TryAgainError
from support.notifier_events import ADDRESS, ENCRYPTOR, USER, encrypted_address, encrypted_token
from support.notifier_world import RunningNotifier, notifier_with_outcomes

TOKEN = "secret/token+1"


def asked_for_reset(notifier: RunningNotifier, **facts: str) -> None:
    secrets = {"email": encrypted_address(ADDRESS), "token": encrypted_token(TOKEN)}
    notifier.tell("user.password_reset_requested", **secrets, expires_at="2015-01-24T13:00:00Z", **facts)


def rows(notifier: RunningNotifier) -> list[sa.Row]:
    engine = sa.create_engine(f"sqlite:///{notifier.folder}/notifier.db")
    with engine.connect() as connection:
        found = list(connection.execute(sa.text("SELECT * FROM mail")))
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("user.verification_requested", "verify_email", "verify-email"),
        ("user.password_reset_requested", "password_reset", "reset-password"),
    ],
)
def test_an_account_email_needs_no_recipient_and_is_sent_once_per_event(notifier, kind, name, path) -> None:
    event = notifier.tell(kind, email=encrypted_address(ADDRESS), token=encrypted_token(TOKEN))
    notifier.handle(event)
    notifier.sender.send_due()
    notifier.handle(event)
    notifier.sender.send_due()
    [mail] = notifier.mails()
    assert (mail["X-Outlay-Kind"], mail["To"]) == (name, ADDRESS)
    link = f"https://outlay.example/{path}#token=secret%2Ftoken%2B1"
    assert link in mail.get_body(("plain",)).get_content()
    assert link in mail.get_body(("html",)).get_content()
    [told] = notifier.announced()
    assert (told.type, told.data["kind"], told.data["alert_id"]) == ("notification.delivered", name, None)


def greetings(notifier: RunningNotifier) -> list[str]:
    notifier.sender.send_due()
    texts = [mail.get_body((part,)).get_content() for mail in notifier.mails() for part in ("plain", "html")]
    return [re.findall("Hello[^,]*,", text)[0] for text in texts]


def test_a_confirmation_never_contains_the_typed_name(notifier) -> None:
    notifier.knows().tell(
        "user.verification_requested", email=encrypted_address("new@example.com"), token=encrypted_token(TOKEN), name="Maria"
    )
    assert greetings(notifier) == ["Hello,", "Hello,"]


@pytest.mark.parametrize(
    ("verified", "name", "greeting"),
    [(True, "Maria", ["Hello Maria,", "Hello <bdi>Maria</bdi>,"]), (False, "Maria", ["Hello,"] * 2), (True, "", ["Hello,"] * 2)],
)
def test_a_reset_greets_by_name_at_a_confirmed_address_only(notifier, verified, name, greeting) -> None:
    notifier.knows(email_verified=verified, name="Mary")
    asked_for_reset(notifier, name=name)
    assert greetings(notifier) == greeting


def test_the_present_address_is_warned_of_a_change_of_address(notifier) -> None:
    notifier.handle(notifier.tell("user.email_change_requested", email=encrypted_address(ADDRESS)))
    notifier.sender.send_due()
    [mail] = notifier.mails()
    assert (mail["X-Outlay-Kind"], mail["To"]) == ("email_change", ADDRESS)
    for part in ("plain", "html"):
        assert "https://outlay.example/forgot" in mail.get_body((part,)).get_content()


def test_a_token_is_encrypted_until_it_is_sent_and_then_removed(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("busy"))
    asked_for_reset(notifier)
    notifier.sender.send_due()
    [row] = rows(notifier)
    assert ENCRYPTOR.decrypt(row.token, f"token:{USER}") == TOKEN
    assert TOKEN not in str(row)
    assert ADDRESS not in str(row)
    notifier.ms += 1_000
    notifier.sender.send_due()
    [row] = rows(notifier)
    assert (row.state, row.token, row.address) == ("sent", None, None)
    assert "v1." not in row.facts
    for file in notifier.folder.glob("notifier.db*"):
        assert TOKEN.encode() not in file.read_bytes()


def test_an_expired_link_is_not_sent(tmp_path) -> None:
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("busy"))
    asked_for_reset(notifier)
    notifier.sender.send_due()
    notifier.now = datetime(2015, 1, 24, 13, tzinfo=UTC)
    notifier.ms += 1_000
    notifier.sender.send_due()
    [row] = rows(notifier)
    assert (row.state, row.token, notifier.mailer.attempts) == ("failed", None, 1)
    assert notifier.announced()[-1].data["detail"] == "Its link expired before it could be sent."


def test_logs_name_no_address_no_token_and_no_text(tmp_path, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="outlay")
    notifier = notifier_with_outcomes(tmp_path, TryAgainError("busy"), ValueError(f"no such box: {ADDRESS}"))
    asked_for_reset(notifier)
    notifier.tell("budget.exceeded")
    for _attempt in range(3):
        notifier.sender.send_due()
        notifier.ms += 20_000
    assert len(caplog.records) == 5
    for record in caplog.records:
        assert not [secret for secret in (ADDRESS, TOKEN, "Groceries", "Maria") if secret in str(vars(record))]
