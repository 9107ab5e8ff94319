"""What a real Exim does with emails, and what each of its responses means."""

from __future__ import annotations

import logging
import ssl
import threading
import time

import pytest

from notifier.delivery.mailer import RefusedError, TryAgainError, UncertainError
from notifier.delivery.mailers.smtp import Encryption
from notifier.delivery.model import ProviderStatus
from support.mail_folder import NOW, a_message
from support.mailboxes import SmtpBox
from testing.servers.exim import Exim
from testing.waiting import eventually


@pytest.fixture(scope="module")
def exim():
    with Exim() as server:
        yield server


@pytest.fixture
def box(exim):
    return SmtpBox(exim)


def log_of(exim: Exim) -> str:
    return (exim.folder / "log" / "mainlog").read_text()


@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.IMPLICIT_TLS])
def test_an_email_is_sent_encrypted_and_under_our_name(box, exim, encryption) -> None:
    message = a_message()
    port = exim.port if encryption is Encryption.STARTTLS else exim.tls_port
    box.mailer_with(encryption=encryption, port=port).send(message)
    [mail] = box.arrived()
    assert mail["Date"].datetime == NOW
    [line] = [line for line in log_of(exim).splitlines() if f"id={message.mail_id}@example.org" in line]
    assert " P=esmtpsa " in line
    assert " A=plain:outlay " in line
    assert "<= outlay@example.org" in line


def test_a_non_ascii_address_is_kept_if_the_server_supports_it(box) -> None:
    box.mailer.send(a_message(to="jürgen@example.com"))
    assert [mail["To"] for mail in box.arrived()] == ["jürgen@example.com"]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"to": "refused@example.com"}, RefusedError),
        ({"to": "deferred@example.com"}, TryAgainError),
        ({"subject": "This is spam"}, RefusedError),
        ({"subject": "Come later"}, TryAgainError),
    ],
)
def test_the_server_refuses_or_defers(box, facts, error) -> None:
    with pytest.raises(error) as raised:
        box.mailer.send(a_message(**facts))
    assert "example" not in str(raised.value)
    assert box.arrived() == []


def test_a_slow_answer_to_the_text_makes_the_delivery_uncertain(box) -> None:
    message = a_message(subject="Groceries, slowly")
    begun = time.monotonic()
    with pytest.raises(UncertainError):
        box.mailer_with(timeout=0.5).send(message)
    assert time.monotonic() - begun < 4, "it waited for the server"
    assert box.mailer.status_of(message.mail_id) == ProviderStatus.UNKNOWN
    box.mailer.send(a_message(subject="Groceries, slowly"))  # with more patience it is taken
    assert "Groceries, slowly" in [mail["Subject"] for mail in box.arrived()]


def test_a_crash_after_the_text_makes_the_delivery_uncertain(exim) -> None:
    box, raised = SmtpBox(exim), []

    def send() -> None:
        with pytest.raises(UncertainError) as error:
            box.mailer.send(a_message(subject="Groceries, slowly"))
        raised.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    eventually(lambda: list((exim.folder / "spool" / "input").glob("*-D")))
    exim.kill_all()
    thread.join(60)
    assert len(raised) == 1


@pytest.mark.parametrize(
    ("server", "words"), [({"password": "wrong"}, "encrypting or logging in"), ({"user": "", "password": ""}, "requires a login")]
)
def test_a_denied_login_is_retried_and_logged_for_the_operator(box, caplog, server, words) -> None:
    with pytest.raises(TryAgainError):
        box.mailer_with(**server).send(a_message())
    assert words in str([vars(record) for record in caplog.records if record.levelno == logging.ERROR])


def test_a_refused_sender_is_a_fault_of_the_settings(box) -> None:
    with pytest.raises(TryAgainError):
        box.mailer_with(sender="refused@example.org").send(a_message())


def test_an_untrusted_certificate_does_not_get_the_password(box) -> None:
    for mailer in (box.mailer_with(tls=ssl.create_default_context()), box.mailer_with(host="127.0.0.2")):
        with pytest.raises(TryAgainError):
            mailer.send(a_message())
    assert box.arrived() == []


def test_a_server_without_starttls_gets_nothing() -> None:
    with Exim(login=False, tls=False) as exim:
        box = SmtpBox(exim)
        with pytest.raises(TryAgainError):
            box.mailer_with(user="", password="").send(a_message())
        assert box.arrived() == []
        box.mailer_with(user="", password="", encryption=Encryption.NONE).send(a_message(text="Grüße\n" * 5))
        assert [mail.get_body(("plain",)).get_content() for mail in box.arrived()] == ["Grüße\n" * 5]


def test_neither_password_nor_address_nor_text_is_ever_logged(box, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    box.mailer.send(a_message())
    for facts, server in (({"to": "refused@example.com"}, {}), ({}, {"password": "a wrong password"})):
        with pytest.raises((RefusedError, TryAgainError)):
            box.mailer_with(**server).send(a_message(**facts))
    logged = "\n".join(str(vars(record)) for record in caplog.records)
    assert "email refused" in logged
    assert not [secret for secret in ("a mail password", "wrong", "maria", "example.com", "Groceries", "Hello") if secret in logged]
