"""What SendGrid is sent, and what each of its responses, or a missing one, means for an email."""

from __future__ import annotations

import logging
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from notifier.delivery.mailer import RefusedError, TryAgainError, UncertainError
from notifier.delivery.model import ProviderStatus
from support.mail_folder import a_message
from support.mailboxes import SendGridBox
from testing.waiting import eventually


@pytest.fixture
def box():
    one = SendGridBox()
    yield one
    one.close()


@contextmanager
def a_server_that(answer):
    """Yield the address of a server that does `answer(connection)` with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _peer = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
        thread.join(60)


def _read_request(connection: socket.socket) -> None:
    with connection.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n"))
        length = re.search(rb"(?i)content-length: (\d+)", head)
        stream.read(int(length[1]) if length else 0)


def test_an_email_can_be_found_again_and_tracks_nobody(box) -> None:
    message = a_message(unsubscribe="https://outlay.example/u")
    box.mailer.send(message)
    [mail] = box.server.ledger.all()
    assert (mail.mail_id, mail.event_id, mail.user_id) == (message.mail_id, message.event_id, message.user_id)
    assert mail.mail["categories"] == ["outlay", "budget_exceeded"]
    assert mail.mail["from"] == {"email": "outlay@example.org", "name": "Outlay"}
    tracking = mail.mail["tracking_settings"]
    assert {name: setting["enable"] for name, setting in tracking.items()} == dict.fromkeys(
        ["click_tracking", "open_tracking", "subscription_tracking", "ganalytics"], False
    )
    assert "mail_settings" not in mail.mail


def test_an_email_that_was_just_requested_ignores_earlier_bounces(box) -> None:
    box.mailer.send(a_message(ignore_bounces=True))
    [mail] = box.server.ledger.all()
    assert mail.mail["mail_settings"] == {"bypass_bounce_management": {"enable": True}}


def test_the_sandbox_checks_emails_and_sends_none(box) -> None:
    box.mailer_with(sandbox=True).send(a_message())
    assert box.arrived() == []
    with pytest.raises(RefusedError):
        box.mailer_with(sandbox=True).send(a_message(to="jürgen@example.com"))


def test_an_address_that_sendgrid_cannot_write_to_is_refused(box) -> None:
    with pytest.raises(RefusedError) as error:
        box.mailer.send(a_message(to="jürgen@example.com"))
    assert "example.com" not in str(error.value)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refuse_400", RefusedError),
        ("refuse_413", RefusedError),
        ("refuse_401", TryAgainError),
        ("refuse_429", TryAgainError),
        ("down_500", TryAgainError),
        ("down_503", TryAgainError),
        ("down_502", UncertainError),
        ("drop_before", UncertainError),
        ("drop_after_accept", UncertainError),
    ],
)
def test_each_kind_of_failure_is_distinguished(box, kind, error) -> None:
    box.fault(kind, times=1)
    with pytest.raises(error) as raised:
        box.mailer.send(a_message())
    assert "maria" not in str(raised.value)
    assert len(box.arrived()) == (kind == "drop_after_accept")
    box.mailer.send(a_message())


def test_an_email_accepted_without_an_answer_can_be_asked_about(box) -> None:
    taken, lost = a_message(), a_message()
    for message, kind in ((taken, "drop_after_accept"), (lost, "drop_before")):
        box.fault(kind, times=1)
        with pytest.raises(UncertainError):
            box.mailer.send(message)
    assert (box.mailer.status_of(taken.mail_id), box.mailer.status_of(lost.mail_id)) == (
        ProviderStatus.ACCEPTED,
        ProviderStatus.NOT_FOUND,
    )


@pytest.mark.parametrize("kind", ["slow", "slow_before"])
def test_a_slow_answer_makes_the_delivery_uncertain(box, kind) -> None:
    message = a_message()
    box.fault(kind, seconds=3, times=1)
    with pytest.raises(UncertainError):
        box.mailer_with(timeout=0.2).send(message)
    eventually(lambda: box.mailer.status_of(message.mail_id) == ProviderStatus.ACCEPTED)


@pytest.mark.parametrize(
    ("order", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": "0"}, 0),
        ({}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "999999999"}, 86_400),
    ],
)
@pytest.mark.parametrize("kind", ["refuse_429", "down_503"])
def test_the_provider_says_how_long_to_wait(box, kind, order, seconds) -> None:
    box.fault(kind, **order)
    with pytest.raises(TryAgainError) as error:
        box.mailer.send(a_message())
    assert error.value.after == seconds


def test_an_invalid_key_does_not_fail_the_email(box, caplog) -> None:
    with pytest.raises(TryAgainError):
        box.mailer_with(key="SG.another").send(a_message())
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "SENDGRID_API_KEY" in record.getMessage()


def test_neither_key_nor_address_nor_text_is_ever_logged(box, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    box.mailer.send(a_message())
    box.fault("refuse_400", times=1)
    with pytest.raises(RefusedError):
        box.mailer.send(a_message())
    with pytest.raises(TryAgainError):
        box.mailer_with(key="SG.another").send(a_message())
    logged = "\n".join(str(vars(record)) for record in caplog.records)
    assert "email refused" in logged
    assert not [secret for secret in ("SG.", "maria", "example.com", "Groceries", "Hello") if secret in logged]


def test_an_unreachable_server_accepted_nothing() -> None:
    box = SendGridBox()
    box.close()
    for host in (box.server.url, "http://no-such-host.invalid", box.server.url.replace("http:", "https:")):
        with pytest.raises(TryAgainError):
            box.mailer_with(url=host).send(a_message())
        with pytest.raises(TryAgainError):
            box.mailer_with(url=host).status_of(a_message().mail_id)


def test_a_server_without_tls_accepted_nothing(box) -> None:
    with pytest.raises(TryAgainError):
        box.mailer_with(url=box.server.url.replace("http:", "https:")).send(a_message())
    assert box.arrived() == []


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 20", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n"]
)
def test_half_a_response_is_no_response(box, answer) -> None:
    def cut_off(connection: socket.socket) -> None:
        _read_request(connection)
        connection.sendall(answer)

    with a_server_that(cut_off) as url, pytest.raises(UncertainError):
        box.mailer_with(url=url).send(a_message())


def test_a_redirect_is_not_followed_with_the_key(box) -> None:
    place = f"{box.server.url}/v3/mail/send".encode()

    def elsewhere(connection: socket.socket) -> None:
        _read_request(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + place + b"\r\n\r\n")

    with a_server_that(elsewhere) as url, pytest.raises(TryAgainError):
        box.mailer_with(url=url).send(a_message())


def test_an_unexpected_answer_makes_the_delivery_uncertain(box) -> None:
    def welcome(connection: socket.socket) -> None:
        _read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nWelcome")

    with a_server_that(welcome) as url:
        with pytest.raises(UncertainError):
            box.mailer_with(url=url).send(a_message())
        with pytest.raises(TryAgainError):
            box.mailer_with(url=url).status_of(a_message().mail_id)


def test_an_account_without_activity_cannot_say(box) -> None:
    message = a_message()
    box.mailer.send(message)
    box.server.options.activity = False
    assert box.mailer.status_of(message.mail_id) == ProviderStatus.UNKNOWN


def test_the_activity_lags_behind(box) -> None:
    message = a_message()
    box.mailer.send(message)
    box.server.options.activity_lag = 60
    assert box.mailer.status_of(message.mail_id) == ProviderStatus.NOT_FOUND


@pytest.mark.parametrize("kind", ["refuse_401", "refuse_429", "down_503", "drop_before"])
def test_an_activity_without_an_answer_is_asked_again(box, kind) -> None:
    box.fault(kind, times=1, everywhere=True, retry_after="3")
    with pytest.raises(TryAgainError) as error:
        box.mailer.status_of(a_message().mail_id)
    assert error.value.after == (None if kind == "drop_before" else 3)


def test_reports_are_expected_if_the_webhook_is_set_up(box) -> None:
    assert (box.mailer_with(reports=True).reports, box.mailer_with(reports=False).reports) == (True, False)


def test_an_email_sent_twice_is_found_under_one_id(box) -> None:
    message = a_message()
    box.mailer.send(message)
    box.mailer.send(replace(message, subject="Again"))
    assert [mail.subject for mail in box.server.ledger.of(message.mail_id)] == ["Groceries is over", "Again"]
