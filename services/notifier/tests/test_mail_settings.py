"""The settings that choose the mail provider."""

from __future__ import annotations

import base64

import pytest

from chassis.runtime.settings import SettingsError, read_settings
from notifier.delivery.mailers.choice import mailer_from
from notifier.delivery.mailers.folder import FolderMailer
from notifier.delivery.mailers.sendgrid import SendGridMailer
from notifier.delivery.mailers.smtp import Encryption, SmtpMailer
from notifier.mail_channel import Transport
from notifier.settings import NotifierSettings
from support.mail_folder import NOW
from testing.mailserver.signing import Signer
from testing.servers.certificates import write_certificates

DB = {"NOTIFIER_DB": "sqlite:///x.db"}
FROM = {"NOTIFIER_FROM": "Outlay <outlay@example.org>"}
KEY = {"SENDGRID_API_KEY": "SG.abc-_.def"}
FILE = {**DB, "NOTIFIER_MAIL": "file:/tmp/mail"}
SENDGRID = {**DB, **FROM, **KEY, "NOTIFIER_MAIL": "sendgrid:"}
SMTP = {**DB, **FROM, "NOTIFIER_MAIL": "smtp://outlay@mail.example.org", "SMTP_PASSWORD": "secret"}


def settings_of(environ) -> NotifierSettings:
    return read_settings(NotifierSettings, environ)


def named(environ) -> list[str]:
    """Return the settings with problems."""
    with pytest.raises(SettingsError) as error:
        settings_of(environ)
    return [problem.split(":")[0] for problem in error.value.problems]


@pytest.mark.parametrize(("environ", "kind"), [(FILE, FolderMailer), (SENDGRID, SendGridMailer), (SMTP, SmtpMailer)])
def test_the_setting_chooses_the_mailer_and_nothing_is_connected(environ, kind) -> None:
    mailer = mailer_from(settings_of(environ), lambda: NOW)
    assert isinstance(mailer, kind)
    assert not mailer.reports


def test_a_provider_with_a_webhook_key_reports() -> None:
    settings = settings_of({**SENDGRID, "SENDGRID_HOOK_KEY": Signer().public_key})
    assert mailer_from(settings, lambda: NOW).reports


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("sendgrid:", "https://api.sendgrid.com"),
        ("sendgrid:https://api.eu.sendgrid.com/", "https://api.eu.sendgrid.com"),
        ("sendgrid:http://127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("sendgrid:http://localhost:8025", "http://localhost:8025"),
        ("sendgrid:http://[::1]:8025", "http://[::1]:8025"),
    ],
)
def test_sendgrid_may_have_another_base_url(text, url) -> None:
    channel = settings_of({**SENDGRID, "NOTIFIER_MAIL": text}).channel
    assert (channel.transport, channel.url) == (Transport.SENDGRID, url)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smtp://outlay@mail.example.org", ("mail.example.org", 587, "outlay", Encryption.STARTTLS)),
        (
            "smtp://outlay%40example.org@mail.example.org:2525/",
            ("mail.example.org", 2525, "outlay@example.org", Encryption.STARTTLS),
        ),
        ("smtps://outlay@mail.example.org", ("mail.example.org", 465, "outlay", Encryption.IMPLICIT_TLS)),
        ("smtp://[::1]:25?tls=no", ("::1", 25, "", Encryption.NONE)),
    ],
)
def test_a_mail_server_is_given_as_a_url(text, found) -> None:
    password = {"SMTP_PASSWORD": "secret" if found[2] else ""}
    mailer = mailer_from(settings_of({**SMTP, **password, "NOTIFIER_MAIL": text}), lambda: NOW)
    assert isinstance(mailer, SmtpMailer)
    server = mailer._server
    assert (server.host, server.port, server.user, server.encryption) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file",
        "file:",
        "carrier:pigeon",
        "SENDGRID:",
        "sendgrid:api.sendgrid.com",
        "sendgrid:ftp://api.sendgrid.com",
        "sendgrid:https://key@api.sendgrid.com",
        "sendgrid:https://x:y",
        "smtp:",
        "smtp://",
        "smtp://mail.example.org:x",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org/inbox",
        "smtp://mail.example.org?starttls=no",
        "smtps://mail.example.org?tls=no",
        "smtp://outlay:secret@mail.example.org",
    ],
)
def test_an_invalid_provider_is_reported(text) -> None:
    assert named({**SMTP, **KEY, "NOTIFIER_MAIL": text}) == ["NOTIFIER_MAIL"]


def test_a_password_in_the_address_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as error:
        settings_of({**SMTP, "NOTIFIER_MAIL": "smtp://outlay:hunter2@mail.example.org"})
    assert "SMTP_PASSWORD" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({**DB, "NOTIFIER_MAIL": "sendgrid:"}, ["NOTIFIER_FROM", "SENDGRID_API_KEY"]),
        ({**DB, "NOTIFIER_MAIL": "smtp://outlay@mail.example.org"}, ["NOTIFIER_FROM", "SMTP_PASSWORD"]),
        ({**SENDGRID, "NOTIFIER_MAIL": "sendgrid:http://mail.example.org"}, ["NOTIFIER_MAIL"]),
        ({**SENDGRID, "NOTIFIER_FROM": "outlay@müller.example"}, ["NOTIFIER_FROM"]),
        ({**SMTP, "NOTIFIER_MAIL": "smtps://mail.example.org"}, ["SMTP_PASSWORD"]),
        ({**SMTP, "SENDGRID_SANDBOX": "yes"}, ["SENDGRID_SANDBOX"]),
        ({**FILE, "SENDGRID_SANDBOX": "yes"}, ["SENDGRID_SANDBOX"]),
        ({**SMTP, "NOTIFIER_MAIL": "smtp://outlay@mail.example.org?tls=no"}, ["NOTIFIER_MAIL"]),
    ],
)
def test_contradictory_settings_are_reported_at_once(environ, missing) -> None:
    assert named(environ) == missing


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENDGRID_API_KEY", "SG.ä"),
        ("SENDGRID_API_KEY", "SG.a\nX-Evil: 1"),
        ("SENDGRID_SANDBOX", "maybe"),
        ("NOTIFIER_MAIL_TIMEOUT", "0"),
        ("NOTIFIER_MAIL_TIMEOUT", "60"),
        ("SENDGRID_HOOK_KEY", "no key!"),
        ("SMTP_CA", "/nowhere.pem"),
        ("SMTP_PASSWORD", "a\0b"),
    ],
)
def test_an_invalid_value_is_reported_without_showing_secrets(name, value) -> None:
    with pytest.raises(SettingsError) as error:
        settings_of({**SENDGRID, name: value})
    [problem] = error.value.problems
    assert problem.startswith(f"{name}: ")
    assert "SG." not in problem


def test_secrets_may_be_in_files(tmp_path) -> None:
    (tmp_path / "key").write_text("SG.from-a-file\n")
    environ = {name: value for name, value in SENDGRID.items() if name != "SENDGRID_API_KEY"}
    assert settings_of({**environ, "SENDGRID_API_KEY_FILE": str(tmp_path / "key")}).sendgrid_key == "SG.from-a-file"


def test_a_private_certificate_authority_can_be_given(tmp_path) -> None:
    write_certificates(tmp_path)
    assert settings_of({**SMTP, "SMTP_CA": str(tmp_path / "ca.pem")}).smtp_ca == str(tmp_path / "ca.pem")
    (tmp_path / "empty.pem").write_text(base64.b64encode(b"not a certificate").decode())
    assert named({**SMTP, "SMTP_CA": str(tmp_path / "empty.pem")}) == ["SMTP_CA"]
