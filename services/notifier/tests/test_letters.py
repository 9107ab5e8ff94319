"""Letters, which need no recipient: their tokens are sealed until they are sent, and nothing of them is told."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from notifier.delivery.mailer import TryAgainError
from support.notifier_world import ADDRESS, USER, VAULT, Built, scripted, sealed_address, sealed_token

TOKEN = "secret/token+1"


def asked_for_reset(built: Built, **facts: str) -> None:
    secrets = {"email": sealed_address(ADDRESS), "token": sealed_token(TOKEN)}
    built.tell("user.password_reset_requested", **secrets, expires_at="2015-01-24T13:00:00Z", **facts)


def rows(built: Built) -> list[sa.Row]:
    engine = sa.create_engine(f"sqlite:///{built.folder}/notifier.db")
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
def test_a_letter_needs_no_recipient_and_goes_out_once_for_each_event(built, kind, name, path) -> None:
    event = built.tell(kind, email=sealed_address(ADDRESS), token=sealed_token(TOKEN))
    built.handle(event)
    built.sender.send_due()
    built.handle(event)
    built.sender.send_due()
    [mail] = built.mails()
    assert (mail["X-Outlay-Kind"], mail["To"]) == (name, ADDRESS)
    link = f"https://outlay.example/{path}#token=secret%2Ftoken%2B1"
    assert link in mail.get_body(("plain",)).get_content()
    assert link in mail.get_body(("html",)).get_content()
    [told] = built.announced()
    assert (told.type, told.data["kind"], told.data["alert_id"]) == ("notification.delivered", name, None)


def greetings(built: Built) -> list[str]:
    built.sender.send_due()
    texts = [mail.get_body((part,)).get_content() for mail in built.mails() for part in ("plain", "html")]
    return [re.findall("Hello[^,]*,", text)[0] for text in texts]


def test_a_confirmation_never_carries_the_name_that_somebody_typed(built) -> None:
    built.knows().tell(
        "user.verification_requested", email=sealed_address("new@example.com"), token=sealed_token(TOKEN), name="Maria"
    )
    assert greetings(built) == ["Hello,", "Hello,"]


@pytest.mark.parametrize(
    ("verified", "name", "greeting"),
    [(True, "Maria", ["Hello Maria,", "Hello <bdi>Maria</bdi>,"]), (False, "Maria", ["Hello,"] * 2), (True, "", ["Hello,"] * 2)],
)
def test_a_reset_greets_by_name_at_a_confirmed_address_only(built, verified, name, greeting) -> None:
    built.knows(email_verified=verified, name="Mary")
    asked_for_reset(built, name=name)
    assert greetings(built) == greeting


def test_the_present_address_is_told_that_another_one_is_wanted_and_what_to_do(built) -> None:
    built.handle(built.tell("user.email_change_requested", email=sealed_address(ADDRESS)))
    built.sender.send_due()
    [mail] = built.mails()
    assert (mail["X-Outlay-Kind"], mail["To"]) == ("email_change", ADDRESS)
    for part in ("plain", "html"):
        assert "https://outlay.example/forgot" in mail.get_body((part,)).get_content()


def test_a_token_is_sealed_until_it_is_sent_and_gone_afterwards(tmp_path) -> None:
    built = scripted(tmp_path, TryAgainError("busy"))
    asked_for_reset(built)
    built.sender.send_due()
    [row] = rows(built)
    assert VAULT.decrypt(row.token, f"token:{USER}") == TOKEN
    assert TOKEN not in str(row)
    assert ADDRESS not in str(row)
    built.ms += 1_000
    built.sender.send_due()
    [row] = rows(built)
    assert (row.state, row.token, row.address) == ("sent", None, None)
    assert "v1." not in row.facts
    for file in built.folder.glob("notifier.db*"):
        assert TOKEN.encode() not in file.read_bytes()


def test_a_link_that_expired_before_it_could_be_sent_is_dropped(tmp_path) -> None:
    built = scripted(tmp_path, TryAgainError("busy"))
    asked_for_reset(built)
    built.sender.send_due()
    built.now = datetime(2015, 1, 24, 13, tzinfo=UTC)
    built.ms += 1_000
    built.sender.send_due()
    [row] = rows(built)
    assert (row.state, row.token, built.mailer.attempts) == ("failed", None, 1)
    assert built.announced()[-1].data["detail"] == "Its link expired before it could be sent."


def test_logs_name_no_address_no_token_and_no_text(tmp_path, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="outlay")
    built = scripted(tmp_path, TryAgainError("busy"), ValueError(f"no such box: {ADDRESS}"))
    asked_for_reset(built)
    built.tell("budget.exceeded")
    for _attempt in range(3):
        built.sender.send_due()
        built.ms += 20_000
    assert len(caplog.records) == 5
    for record in caplog.records:
        assert not [secret for secret in (ADDRESS, TOKEN, "Groceries", "Maria") if secret in str(vars(record))]
