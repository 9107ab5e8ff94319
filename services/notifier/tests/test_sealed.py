"""What events bring sealed is kept sealed with the newest key, and a key that is missing is no address that is lost."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from chassis.security.encryption import Encryptor, UnknownKeyError
from support.notifier_world import ADDRESS, USER, VAULT, Built, sealed_address, sealed_token

if TYPE_CHECKING:
    from pathlib import Path

NEW = bytes(range(1, 33))
RING, AFTER = Encryptor(NEW, bytes(range(32))), Encryptor(NEW)


def rows_of(built: Built, table: str) -> list[sa.Row[tuple[str, str]]]:
    engine = sa.create_engine(f"sqlite:///{built.folder}/notifier.db")
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(f"SELECT * FROM {table}")))
    engine.dispose()
    return found


def test_what_an_older_key_sealed_is_kept_sealed_with_the_newest(tmp_path: Path) -> None:
    built = Built(tmp_path / "notifier", encryptor=RING).knows()
    built.tell("user.password_reset_requested", email=sealed_address(ADDRESS), token=sealed_token("s3cret"))
    [recipient], [mail] = rows_of(built, "recipient"), rows_of(built, "mail")
    assert AFTER.decrypt(recipient.address, f"email:{USER}") == AFTER.decrypt(mail.address, f"email:{USER}") == ADDRESS
    assert AFTER.decrypt(mail.token, f"token:{USER}") == "s3cret"


def test_an_event_that_no_key_opens_is_refused_whole_and_can_come_again(tmp_path: Path) -> None:
    built = Built(tmp_path / "notifier")
    stranger = Encryptor(secrets.token_bytes(32))
    with pytest.raises(UnknownKeyError, match=stranger.key_id):
        built.tell("user.registered", user_id=USER, email=stranger.encrypt(ADDRESS, f"email:{USER}"))
    assert rows_of(built, "recipient") == rows_of(built, "inbox") == []


def test_an_address_that_was_put_into_another_persons_row_does_not_open_there(tmp_path: Path) -> None:
    built = Built(tmp_path / "notifier").knows()
    stolen = VAULT.encrypt("victim@example.com", "email:0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e99")
    engine = sa.create_engine(f"sqlite:///{built.folder}/notifier.db")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE recipient SET address = :stolen"), {"stolen": stolen})
    engine.dispose()
    built.tell("budget.exceeded")
    built.sender.send_due()
    assert built.mails() == []
