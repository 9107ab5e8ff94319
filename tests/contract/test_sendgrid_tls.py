"""SendGrid's API over TLS, as in production."""

from __future__ import annotations

import ssl

import pytest

from notifier.delivery.mailer import TryAgainError, UncertainError
from notifier.delivery.model import ProviderStatus
from support.mail_folder import a_message
from support.mailboxes import SendGridBox
from testing.servers.certificates import write_certificates
from testing.servers.proxy import Board, Mode


@pytest.fixture
def box(tmp_path):
    write_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # two journeys there and back, so that a handshake can be slow in small steps
    one = SendGridBox(tls=context)
    yield one
    one.close()


@pytest.fixture
def trusted(tmp_path, monkeypatch) -> None:
    """Trust the test's authority on this machine, as OpenSSL documents."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.mark.usefixtures("trusted")
def test_an_email_is_sent_encrypted(box) -> None:
    mailer, message = box.mailer_with(), a_message()
    mailer.send(message)
    assert mailer.status_of(message.mail_id) == ProviderStatus.ACCEPTED
    box.fault("drop_after_accept", times=1)
    with pytest.raises(UncertainError):
        mailer.send(a_message())
    assert len(box.arrived()) == 2


def test_an_untrusted_certificate_gets_neither_key_nor_email(box) -> None:
    with pytest.raises(TryAgainError):
        box.mailer_with().send(a_message())
    assert box.arrived() == []


@pytest.mark.usefixtures("trusted")
def test_nothing_is_sent_after_connecting_for_too_long(box) -> None:
    board = Board()
    try:
        proxy = board.proxy([("127.0.0.1", box.server.port)])
        mailer = box.mailer_with(url=f"https://{proxy.address}", timeout=0.5)
        mailer.send(a_message())
        proxy.set(Mode.PASS, delay=0.2)  # each step is in time, both together are not
        with pytest.raises(TryAgainError):
            mailer.send(a_message())
    finally:
        board.close()
    assert len(box.arrived()) == 1
