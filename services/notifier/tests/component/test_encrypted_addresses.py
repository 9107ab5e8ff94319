"""Encrypted values in events are stored under the newest key, and a missing key loses no address."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from chassis.security.encryption import Encryptor, UnknownKeyError
from support.notifier_events import ADDRESS, ENCRYPTOR, USER, encrypted_address, encrypted_token
from support.notifier_world import RunningNotifier

if TYPE_CHECKING:
    from pathlib import Path

NEW = bytes(range(1, 33))
RING, AFTER = Encryptor(NEW, bytes(range(32))), Encryptor(NEW)


def rows_of(notifier: RunningNotifier, table: str) -> list[sa.Row[tuple[str, str]]]:
    engine = sa.create_engine(f"sqlite:///{notifier.folder}/notifier.db")
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(f"SELECT * FROM {table}")))
    engine.dispose()
    return found


def test_values_of_an_older_key_are_stored_under_the_newest(tmp_path: Path) -> None:
    notifier = RunningNotifier(tmp_path / "notifier", encryptor=RING).knows()
    notifier.tell("user.password_reset_requested", email=encrypted_address(ADDRESS), token=encrypted_token("s3cret"))
    [recipient], [mail] = rows_of(notifier, "recipient"), rows_of(notifier, "mail")
    assert AFTER.decrypt(recipient.address, f"email:{USER}") == AFTER.decrypt(mail.address, f"email:{USER}") == ADDRESS
    assert AFTER.decrypt(mail.token, f"token:{USER}") == "s3cret"


def test_an_event_that_no_key_decrypts_changes_nothing_and_can_return(tmp_path: Path) -> None:
    notifier = RunningNotifier(tmp_path / "notifier")
    stranger = Encryptor(secrets.token_bytes(32))
    with pytest.raises(UnknownKeyError, match=stranger.key_id):
        notifier.tell("user.registered", user_id=USER, email=stranger.encrypt(ADDRESS, f"email:{USER}"))
    assert rows_of(notifier, "recipient") == rows_of(notifier, "inbox") == []


def test_an_address_copied_to_another_person_does_not_decrypt(tmp_path: Path) -> None:
    notifier = RunningNotifier(tmp_path / "notifier").knows()
    stolen = ENCRYPTOR.encrypt("victim@example.com", "email:0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e99")
    engine = sa.create_engine(f"sqlite:///{notifier.folder}/notifier.db")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE recipient SET address = :stolen"), {"stolen": stolen})
    engine.dispose()
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    assert notifier.mails() == []
