"""Documents and accounts on a cluster of three copies, each of which accepts saves: what is confirmed is kept."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from auth.errors import RevisionConflictError
from auth.store.cloudant.address import cloudant_address
from auth.store.cloudant.documents import CloudantDocuments
from auth.store.document import Document
from chassis.storage.database import StoreUnavailableError
from support.cloudant_auth import ENCRYPTOR, MARIA, Auth, auth_on
from testing.servers.couch_cluster import Cluster, cluster
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

FRESH = Document(id="some:1", kind="some", user_id="u", body={"n": 0})
_SETTLED = 60
"""Seconds, on a busy machine; writers that ran out of time are waited for."""
PASSWORDS = ("violet umbrella kitchen", "seven paper lanterns", "lanterns seven paper")


@contextmanager
def stores(made: Cluster, database: str, number: int) -> Iterator[list[CloudantDocuments]]:
    """Open a database as several processes do."""
    opened = [CloudantDocuments(cloudant_address(made.address(database))) for _ in range(number)]
    opened[0].migrate()
    try:
        yield opened
    finally:
        for store in opened:
            store.close()


def saved(store: CloudantDocuments, document: Document) -> Document | None:
    try:
        return store.save(document)
    except (RevisionConflictError, StoreUnavailableError):
        return None


@pytest.mark.parametrize(("seed", "sync_seconds"), [(1, 0.0), (2, 0.1), (3, 1.0)])
def test_at_most_one_of_two_saves_of_a_revision_is_confirmed(couch: str, seed: int, sync_seconds: float) -> None:
    database = f"test-{secrets.token_hex(8)}"
    with (
        cluster(couch, seed=seed, sync_seconds=sync_seconds) as made,
        stores(made, database, 3) as opened,
        ThreadPoolExecutor(3) as at_once,
    ):
        confirmed: dict[str, object] = {}
        names = [f"some:{number}" for number in range(8)]
        for number, name in enumerate(names):
            first = saved(opened[0], replace(FRESH, id=name))
            assert first is not None
            drafts = [replace(first, body={"n": writer}) for writer in range(2 + number % 2)]
            answers = [answer for answer in at_once.map(saved, opened, drafts) if answer]
            assert len(answers) <= 1
            if answers:
                confirmed[first.id] = answers[0].body

        def settled() -> bool:
            # Whoever reads a document removes its branches, also those that a copy shows only after an earlier read.
            found = {name: body_of(opened[1], name) for name in names}
            return confirmed.items() <= found.items() and not branches(couch, database)

        eventually(settled, seconds=_SETTLED)
        assert made.statuses[202]


def body_of(store: CloudantDocuments, document_id: str) -> object:
    """Return the stored body, None while there are branches."""
    try:
        found = store.get(document_id)
    except StoreUnavailableError:
        return None
    return found.body if found else None


def branches(couch: str, database: str) -> list[str]:
    """Return the documents that have branches on any copy."""
    return [
        row["id"]
        for copy in range(3)
        for row in httpx.get(f"{couch}/{database}-{copy}/_all_docs?include_docs=true&conflicts=true", timeout=60).json()["rows"]
        if row["doc"].get("_conflicts")
    ]


@pytest.mark.parametrize(("seed", "sync_seconds"), [(1, 0.0), (2, 0.3)])
def test_simultaneous_sign_ups_with_one_address_make_one_user(couch: str, seed: int, sync_seconds: float) -> None:
    with cluster(couch, seed=seed, sync_seconds=sync_seconds) as made:
        store = made.address(f"test-{secrets.token_hex(8)}")
        with auth_on(store) as one, auth_on(store) as two, auth_on(store) as three:
            one.made.service.migrate()
            emails = [f"maria{number}@example.org" for number in range(3)]
            winners = {email: winner_of(email, [one, two, three]) for email in emails}
            eventually(lambda: one.made.service.outbox.oldest_seconds() >= 0)
            told = [event for event in one.made.service.outbox.claim(100) if event.type == "user.registered"]
            assert sorted(ENCRYPTOR.decrypt(event.data["email"], f"email:{event.subject}") for event in told) == sorted(winners)
            for email, password in winners.items():
                assert [given for given in PASSWORDS if signs_in(one, email, given)] == [password]


def winner_of(email: str, auths: list[Auth]) -> str:
    """Let several people sign up with one address until one has succeeded; return their password."""
    with ThreadPoolExecutor(len(auths)) as at_once:
        for _ in range(40):

            def sign_up(auth: Auth, password: str) -> int:
                return auth.call("POST", "/users", json={**MARIA, "email": email, "password": password}).status_code

            answers = list(at_once.map(sign_up, auths, PASSWORDS))
            assert set(answers) <= {201, 409, 503}
            assert answers.count(201) <= 1
            if 201 in answers:
                return PASSWORDS[answers.index(201)]
    raise AssertionError(answers)


def signs_in(auth: Auth, email: str, password: str) -> bool:
    answers: list[int] = []

    def answered() -> bool:
        answers.append(auth.call("POST", "/session", json={"email": email, "password": password}).status_code)
        return answers[-1] != 503

    eventually(answered, seconds=_SETTLED)
    assert answers[-1] in {201, 401}
    return answers[-1] == 201
