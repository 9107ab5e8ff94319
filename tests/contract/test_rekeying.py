"""Rotating a data key: everything is re-encrypted while in use, nothing is lost, and the old key can be removed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import sqlalchemy as sa

from auth.app import build
from auth.credentials.password_hashing import Argon2Hashing
from auth.settings import AuthSettings
from auth.store.cloudant.documents import CloudantDocuments
from auth.store.document import Document
from auth.store.embedded import SqliteDocuments
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor, UnknownKeyError, key_id_of
from chassis.security.rekeying import RekeyingCount, report
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.rekeying import check_keys
from notifier import tables as t
from notifier.encrypted_columns import encrypted_columns
from support.couch_databases import a_database
from testing.servers.stores import STORES, store_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from auth.store.ports import Documents
    from chassis.process.service import Service

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
BEFORE, RING, AFTER = Encryptor(OLD), Encryptor(NEW, OLD), Encryptor(NEW)
PASSWORD = "violet umbrella kitchen"
PEOPLE = [f"person{n}@example.org" for n in range(3)]


@pytest.fixture(params=["sqlite", "cloudant"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Documents]:
    store: SqliteDocuments | CloudantDocuments
    if request.param == "sqlite":
        store = SqliteDocuments(f"sqlite:///{tmp_path}/auth.db")
    else:
        store = CloudantDocuments(a_database(request.getfixturevalue("couch")))
    yield store
    store.close()


def auth_with(encryptor: Encryptor, documents: Any) -> Service:
    return build(
        AuthSettings(store="sqlite:////nowhere", rate_limit_factor=1000),
        encryptor=encryptor,
        metrics=Metrics(),
        clock=lambda: datetime(2015, 1, 24, tzinfo=UTC),
        ids=uuid7,
        wake=lambda: None,
        documents=documents,
        hashing=Argon2Hashing(memory_kib=64, passes=1),
        quiet=True,
    ).service


def asked(service: Service, path: str, **body: str) -> int:
    async def go() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(service.web), base_url="http://auth/api/v1") as client:
            return await client.post(path, json=body)

    return asyncio.run(go()).status_code


def signed_up(service: Service, email: str) -> int:
    return asked(service, "/users", email=email, password=PASSWORD, name="Maria")


def signed_in(service: Service, email: str) -> int:
    return asked(service, "/session", email=email, password=PASSWORD)


@pytest.fixture
def inhabited(documents: Documents) -> Documents:
    """A store with three people who signed up under the first key."""
    service = auth_with(BEFORE, documents)
    service.migrate()
    service.check()
    assert {signed_up(service, email) for email in PEOPLE} == {201}
    return documents


def renewed(service: Service) -> dict[str, int]:
    return {tally.what: tally.renewed for tally in service.rekey()}


class Interrupting:
    """A store in which something happens before several documents are saved."""

    def __init__(self, store: Any, before: Callable[[Sequence[Document]], None]) -> None:
        self._store, self._before = store, before

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        self._before(documents)
        return list(self._store.save_all(documents))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class KilledError(Exception):
    """The end of a process."""


class TestAccounts:
    def test_after_rekeying_people_are_found_without_the_old_key(self, inhabited: Documents) -> None:
        assert renewed(auth_with(RING, inhabited)) == {"email addresses": 3, "signing keys": 1, "blind index key": 1}
        service = auth_with(AFTER, inhabited)
        service.check_keys()
        assert {signed_in(service, email.upper()) for email in PEOPLE} == {201}
        assert signed_up(service, PEOPLE[0]) == 409, "the address is still known to be taken"
        assert signed_up(service, "new@example.org") == 201

    def test_before_rekeying_a_missing_old_key_is_named(self, inhabited: Documents) -> None:
        with pytest.raises(UnknownKeyError, match=f"{key_id_of(OLD)}.*OUTLAY_DATA_KEY"):
            auth_with(AFTER, inhabited).check_keys()

    def test_a_tombstone_has_nothing_to_reencrypt(self, inhabited: Documents) -> None:
        inhabited.save(Document(id=f"user:{uuid7()}", kind="tombstone", body={}))
        assert renewed(auth_with(RING, inhabited)) == {"email addresses": 3, "signing keys": 1, "blind index key": 1}

    def test_values_with_the_newest_key_are_left_alone(self, inhabited: Documents) -> None:
        renewed(auth_with(RING, inhabited))
        revisions = [document.revision for document in inhabited.after("user:", limit=3)]
        assert set(renewed(auth_with(RING, inhabited)).values()) == {0}
        assert [document.revision for document in inhabited.after("user:", limit=3)] == revisions

    def test_the_next_run_finishes_a_killed_rekeying(self, inhabited: Documents) -> None:
        left = [2]

        def kill(_documents: Sequence[Document]) -> None:
            left[0] -= 1
            if not left[0]:
                raise KilledError

        with pytest.raises(KilledError):
            renewed(auth_with(RING, Interrupting(inhabited, kill)))
        with pytest.raises(UnknownKeyError):
            auth_with(AFTER, inhabited).check_keys()
        assert signed_in(auth_with(RING, inhabited), PEOPLE[0]) == 201
        assert renewed(auth_with(RING, inhabited)) == {"email addresses": 0, "signing keys": 1, "blind index key": 1}
        auth_with(AFTER, inhabited).check_keys()

    def test_a_simultaneous_change_is_not_lost(self, inhabited: Documents) -> None:
        changed: list[str] = []

        def change(documents: Sequence[Document]) -> None:
            if not changed:
                document = inhabited.get(documents[0].id)
                inhabited.save(replace(document, body={**document.body, "name": "Changed meanwhile"}))
                changed.append(document.id)

        assert renewed(auth_with(RING, Interrupting(inhabited, change)))["email addresses"] == 3
        document = inhabited.get(changed[0])
        assert document.body["name"] == "Changed meanwhile"
        assert AFTER.decrypt(document.body["email"], f"email:{document.user_id}") in PEOPLE

    def test_an_undecryptable_value_keeps_older_keys_needed(self, inhabited: Documents) -> None:
        lost = Encryptor(secrets.token_bytes(32))
        document = inhabited.after("user:", limit=1)[0]
        inhabited.save(
            replace(document, body={**document.body, "email": lost.encrypt("x@example.org", f"email:{document.user_id}")})
        )
        said: list[str] = []
        assert not report("auth", auth_with(RING, inhabited).rekey(), RING.key_ids, say=said.append)
        assert (
            said[-1]
            == f"auth: 1 email addresses are encrypted with {lost.key_id}: add that key to OUTLAY_DATA_KEY, and run this again"
        )
        with pytest.raises(UnknownKeyError):
            auth_with(AFTER, inhabited).check_keys()


class Meddling(Database):
    """A database in which somebody else writes just before the first transaction of `run`."""

    before: Callable[[Connection], object] | None = None

    def run(self, work: Callable[[Connection], Any]) -> Any:
        if self.before is not None:
            before, self.before = self.before, None
            super().run(before)
        return super().run(work)


@contextmanager
def notifier_on(url: str) -> Iterator[Meddling]:
    database = Meddling(url)
    try:
        migrate(database, "notifier")
        yield database
    finally:
        database.close()


@pytest.fixture(params=STORES)
def database(request: pytest.FixtureRequest) -> Iterator[Meddling]:
    with notifier_on(store_url(request, "notifier")) as database:
        yield database


def somebody(user_id: str, address: str) -> dict[str, Any]:
    facts = {"name": "Maria", "locale": "en", "time_zone": "UTC", "version": 1, "turn": 0}
    return {"user_id": user_id, "address": BEFORE.encrypt(address, f"email:{user_id}"), **facts}


def a_letter(user_id: str) -> dict[str, Any]:
    times = dict.fromkeys(("attempts", "due_ms", "claimed_until_ms", "at_ms", "put_off_ms"), 0)
    sealed = {"address": BEFORE.encrypt("x@example.org", f"email:{user_id}"), "token": BEFORE.encrypt("s3cret", f"token:{user_id}")}
    words = {"kind": "verification", "state": "pending", "facts": "{}", "detail": "", "trace": ""}
    return {"id": uuid7(), "user_id": user_id, "event_id": uuid7(), **times, **sealed, **words}


class TestRecipients:
    def test_after_rekeying_the_old_key_can_be_removed(self, database: Meddling) -> None:
        users = [uuid7() for _ in range(450)]  # three batches
        with database.begin() as connection:
            connection.execute(t.recipient.insert(), [somebody(user, f"{n}@example.org") for n, user in enumerate(users)])
            connection.execute(t.mail.insert(), [a_letter(user) for user in users[:3]])
            connection.execute(t.mail.insert(), [{**a_letter(uuid7()), "state": "sent", "address": None, "token": None}])
        columns = encrypted_columns(database)
        with pytest.raises(UnknownKeyError, match=key_id_of(OLD)):
            check_keys(columns, AFTER)
        counts = [(tally.seen, tally.renewed) for tally in (column.rekey(RING) for column in columns)]
        assert counts == [(450, 450), (3, 3), (3, 3)]
        check_keys(columns, AFTER)
        with database.read() as connection:
            rows = connection.execute(sa.select(t.recipient.c.user_id, t.recipient.c.address)).all()
            letter = connection.execute(sa.select(t.mail).where(t.mail.c.user_id == users[0])).one()
        opened = {user: AFTER.decrypt(address, f"email:{user}") for user, address in rows}
        assert opened == {user: f"{n}@example.org" for n, user in enumerate(users)}
        assert AFTER.decrypt(letter.token, f"token:{users[0]}") == "s3cret"
        assert [column.rekey(RING).renewed for column in columns] == [0, 0, 0]

    def test_a_simultaneous_change_of_the_address_is_kept(self, database: Meddling) -> None:
        user = uuid7()
        with database.begin() as connection:
            connection.execute(t.recipient.insert(), [somebody(user, "old@example.org")])
        fresh = BEFORE.encrypt("new@example.org", f"email:{user}")  # by a process that does not know the new key yet
        database.before = lambda connection: connection.execute(t.recipient.update().values(address=fresh))
        tally = encrypted_columns(database)[0].rekey(RING)
        assert (tally.renewed, tally.missed) == (1, 0)
        with database.read() as connection:
            address = connection.execute(sa.select(t.recipient.c.address)).scalar_one()
        assert AFTER.decrypt(address, f"email:{user}") == "new@example.org"

    def test_an_undecryptable_value_is_reported(self, database: Meddling) -> None:
        user = uuid7()
        with database.begin() as connection:
            connection.execute(t.recipient.insert(), [somebody(user, "x@example.org")])
        tally = encrypted_columns(database)[0].rekey(AFTER)
        assert (tally.renewed, tally.unreadable) == (0, {key_id_of(OLD): 1})


def test_the_report_says_which_keys_are_no_longer_needed() -> None:
    said: list[str] = []
    assert report("auth", [RekeyingCount("email addresses", seen=1200, renewed=7)], ["aaaaaaaa", "bbbbbbbb"], say=said.append)
    assert said == [
        "auth: email addresses: 1,200 seen, 7 re-encrypted",
        "auth: everything is encrypted with aaaaaaaa; this store no longer needs bbbbbbbb",
    ]
    assert report("budgets", [], ["aaaaaaaa"], say=said.append)
    assert said[-1] == "budgets: nothing in this store is encrypted"
