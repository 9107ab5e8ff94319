"""Settings, schema and the parts of the service."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from chassis.runtime.metrics import Metrics
from chassis.runtime.settings import SettingsError, read_settings
from notifier.delivery.mailers.choice import mailbox_of, mailer_from
from notifier.delivery.mailers.folder import FolderMailbox
from notifier.settings import NotifierSettings
from notifier.tables import metadata
from support.notifier_events import NOON
from support.notifier_world import RunningNotifier, ScriptedMailer

GOOD = {"NOTIFIER_DB": "sqlite:///x.db", "NOTIFIER_MAIL": "file:/tmp/mail"}


def test_the_migrations_make_exactly_the_tables_of_the_code(notifier) -> None:
    with notifier.service.outbox._database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_does_nothing(notifier) -> None:
    notifier.knows().service.migrate()
    notifier.tell("budget.exceeded")
    assert len(notifier.alerts()) == 1


def test_two_settings_are_required_and_the_others_have_defaults() -> None:
    settings = read_settings(NotifierSettings, GOOD)
    assert (settings.url, settings.mail_from) == ("http://127.0.0.1:8000", "Outlay <outlay@localhost.localdomain>")
    with pytest.raises(SettingsError) as error:
        read_settings(NotifierSettings, {})
    assert [problem.split(":")[0] for problem in error.value.problems] == ["NOTIFIER_DB", "NOTIFIER_MAIL"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFIER_MAIL", "carrier pigeon"),
        ("NOTIFIER_MAIL", "file:"),
        ("NOTIFIER_FROM", "nobody"),
        ("NOTIFIER_FROM", "a@b\nBcc: c@d"),
        ("NOTIFIER_FROM", ""),
        ("OUTLAY_URL", "outlay.example"),
        ("OUTLAY_URL", "javascript:alert(1)"),
    ],
)
def test_an_invalid_setting_is_reported(name, value) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings(NotifierSettings, {**GOOD, name: value})
    assert [problem.split(":")[0] for problem in error.value.problems] == [name]


def test_a_mail_folder_can_be_read_and_another_mailer_cannot(tmp_path) -> None:
    settings = read_settings(NotifierSettings, {**GOOD, "NOTIFIER_MAIL": f"file:{tmp_path}"})
    assert isinstance(mailbox_of(mailer_from(settings, lambda: NOON)), FolderMailbox)
    assert mailbox_of(ScriptedMailer()) is None


def test_the_service_listens_to_its_eleven_events_and_is_ready(notifier) -> None:
    [queue] = notifier.service.queues
    assert queue.name == "notifier.alerts"
    assert len(queue.types) == 11
    notifier.service.check()


def test_two_notifiers_in_one_process_do_not_share_anything(tmp_path) -> None:
    one, two = (RunningNotifier(tmp_path / name, metrics=Metrics()) for name in ("one", "two"))
    one.knows().tell("budget.exceeded")
    assert two.alerts() == []
    one.service.close()
    two.service.close()
