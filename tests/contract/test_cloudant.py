"""What is specific to Cloudant: authentication, retries, lost responses and conflicting revisions."""

from __future__ import annotations

import base64
import logging
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from auth.errors import RevisionConflictError
from auth.store.cloudant.address import cloudant_address
from auth.store.cloudant.documents import CloudantDocuments
from auth.store.document import Document, Lease, PendingEvent
from chassis.storage.database import StoreUnavailableError
from testing.servers.certificates import write_certificates
from testing.servers.couch import Couch
from testing.servers.couch_door import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testing.servers.couch_door import Door


FRESH = Document(id="some:1", kind="some", user_id="u", body={"n": 1})


@pytest.fixture
def behind() -> Iterator[Callable[..., CloudantDocuments]]:
    """Open the store behind a door, migrated; `more` is what `CloudantDocuments` takes beside the address."""
    made: list[CloudantDocuments] = []

    def make(
        door: Door,
        *,
        migrated: bool = True,
        address: dict[str, Any] | None = None,
        more: dict[str, Any] | None = None,
        **secret: Any,
    ) -> CloudantDocuments:
        at = door.address(f"test-{secrets.token_hex(8)}", **(address or {}))
        made.append(CloudantDocuments(cloudant_address(at, **secret), **(more or {})))
        if migrated:
            made[-1].migrate()
        door.counted()
        return made[-1]

    yield make
    for store in made:
        store.close()


def leave_a_branch(door: Door, store: CloudantDocuments, *events: PendingEvent) -> None:
    """Refuse a save that leaves a winning branch, whose writer dies before withdrawing it."""
    first = store.save(FRESH)
    store.save(replace(first, body={"n": 2}).with_events(*events))
    door.forks = 1
    door.answer_next(*[429] * 5)
    with pytest.raises(StoreUnavailableError):
        store.save(replace(first, body={"n": "refused"}).with_events(*events))


def forget_events(store: CloudantDocuments) -> None:
    """Remove the events, as the relay may while a response is under way."""
    found = store.get("some:1")
    assert found is not None
    store.save(replace(store.save(replace(found, lease=Lease(owner="a", until=9.0))), outbox=(), lease=None))


class TestWaysIn:
    def test_basic_authentication(self, door, behind) -> None:
        door.way_in = "basic"
        store = behind(door, address={"user": door.user}, password=door.password)
        assert store.save(FRESH).revision

    def test_a_session_is_renewed_when_the_server_forgot_it(self, door, behind) -> None:
        door.way_in = "session"
        store = behind(door, address={"user": door.user, "auth": "session"}, password=door.password)
        saved = store.save(FRESH)
        assert door.tokens_given == 1
        door.tokens.clear()
        assert store.get("some:1") == saved
        assert door.tokens_given == 2

    def test_an_iam_token_is_used_until_it_expires(self, door, behind) -> None:
        door.way_in, door.token_seconds = "iam", 3600
        store = behind(door, address={"iam": f"http://127.0.0.1:{door.port}"}, apikey=door.apikey)
        saved = store.save(FRESH)
        assert store.get("some:1") == saved
        assert door.tokens_given == 1

    def test_an_expired_iam_token_is_replaced(self, door, behind) -> None:
        door.way_in, door.token_seconds = "iam", -1
        store = behind(door, address={"iam": f"http://127.0.0.1:{door.port}"}, apikey=door.apikey)
        before = door.tokens_given
        door.token_seconds = 3600
        store.save(FRESH)
        store.save(replace(FRESH, id="some:2"))
        assert door.tokens_given == before + 1

    def test_a_revoked_iam_token_is_replaced(self, door, behind) -> None:
        door.way_in = "iam"
        store = behind(door, address={"iam": f"http://127.0.0.1:{door.port}"}, apikey=door.apikey)
        door.tokens.clear()
        assert store.save(FRESH).revision

    @pytest.mark.parametrize("way_in", ["basic", "session", "iam"])
    def test_refused_credentials_answer_at_once_and_log_no_secret(self, way_in, door, behind, caplog) -> None:
        door.way_in = way_in
        options = {"auth": way_in, "user": door.user, "iam": f"http://127.0.0.1:{door.port}"}
        store = behind(door, migrated=False, address=options, password="wr0ng-one", apikey="wr0ng-one")
        began = time.monotonic()
        with caplog.at_level(logging.DEBUG):
            for _ in range(3):
                with pytest.raises(StoreUnavailableError):
                    store.check()
        assert time.monotonic() - began < 3
        logged = caplog.text + repr([vars(record) for record in caplog.records])
        assert "store refuses" in logged
        assert "wr0ng-one" not in logged
        assert base64.b64encode(f"{door.user}:wr0ng-one".encode()).decode() not in logged

    @pytest.mark.parametrize("way_in", ["basic", "session"])
    def test_a_wrong_password_does_not_lock_out_the_right_one(self, way_in, door, behind) -> None:
        door.way_in = way_in
        options = {"auth": way_in, "user": door.user}
        store = behind(door, migrated=False, address=options, password="wr0ng-one")
        for _ in range(20):
            with pytest.raises(StoreUnavailableError):
                store.check()
        assert door.wrong_passwords == 1
        behind(door, address=options, password=door.password).check()

    def test_only_certificates_of_the_given_authority_are_trusted(self, couch, behind, tmp_path) -> None:
        write_certificates(tmp_path)
        with opened(couch, tls=tmp_path) as door:
            store = behind(door, address={"tls": True, "ca": str(tmp_path / "ca.pem")})
            assert store.save(FRESH).revision
            with pytest.raises(StoreUnavailableError):
                behind(door, migrated=False, address={"tls": True}).check()


class TestBadWeather:
    def test_a_request_to_a_busy_store_is_repeated(self, door, behind) -> None:
        store = behind(door)
        door.answer_next(429, 503)
        assert store.save(FRESH).revision
        door.answer_next(429, **{"Retry-After": "3600"})
        began = time.monotonic()
        assert store.get("some:1") is not None
        assert time.monotonic() - began < 5

    def test_a_store_that_stays_busy_is_unavailable(self, door, behind) -> None:
        store = behind(door)
        door.answer_next(*[429] * 5)
        with pytest.raises(StoreUnavailableError) as caught:
            store.get("some:1")
        assert caught.value.headers["Retry-After"] == "5"
        assert store.get("some:1") is None

    def test_a_save_whose_response_got_lost_counts(self, door, behind) -> None:
        store = behind(door)
        door.lost = 1
        saved = store.save(FRESH)
        assert store.get("some:1") == saved
        door.lost = 1
        again = store.save(replace(saved, body={"n": 2}))
        assert store.get("some:1") == again
        with pytest.raises(RevisionConflictError):
            store.save(replace(saved, body={"n": 3}))

    def test_a_refused_save_that_left_a_branch_is_withdrawn(self, door, behind) -> None:
        store = behind(door)
        first = store.save(FRESH)
        confirmed = store.save(replace(first, body={"n": 2}))
        door.forks = 1
        with pytest.raises(RevisionConflictError):
            store.save(replace(first, body={"n": "refused"}))  # its branch wins by its revision
        assert store.get("some:1") == confirmed
        store.delete(confirmed)
        assert store.get("some:1") is None

    def test_unresolved_branches_are_not_read_and_later_the_highest_wins(self, door, behind) -> None:
        now = [1_000_000.0]
        told: list[str] = []
        store = behind(door, more={"now": lambda: now[0], "on_branch": told.append})
        leave_a_branch(door, store)
        with pytest.raises(StoreUnavailableError):
            store.get("some:1")
        now[0] += 60
        found = store.get("some:1")
        assert found is not None
        assert found.body == {"n": "refused"}
        store.delete(found)
        assert store.get("some:1") is None
        assert told == ["found", "found", "settled"]

    def test_the_cleanup_resolves_branches_that_nobody_reads(self, door, behind) -> None:
        now = [1_000_000.0]
        store = behind(door, more={"now": lambda: now[0]})
        leave_a_branch(door, store)
        now[0] += 60
        assert store.resolve_conflicts() == 1
        assert store.resolve_conflicts() == 0

    def test_events_of_unresolved_branches_are_not_published(self, door, behind) -> None:
        now = [1_000_000.0]
        store = behind(door, more={"now": lambda: now[0]})
        leave_a_branch(door, store, PendingEvent(id="1", at=1.0, text="{}"))
        assert store.pending(limit=10) == []
        now[0] += 60
        assert [document.body for document in store.pending(limit=10)] == [{"n": "refused"}]

    @pytest.mark.parametrize("digest", ["f", "0"])
    @pytest.mark.parametrize("seconds", [0.0, 0.3, 2.5])
    def test_a_save_that_one_copy_accepted_is_refused_and_never_wins(self, door, behind, seconds, digest) -> None:
        store = behind(door)
        first = store.save(FRESH)
        door.splits, door.split_digest, door.split_seconds = 1, digest, seconds
        store.save(replace(first, body={"n": "confirmed"}))
        with pytest.raises(RevisionConflictError):
            store.save(replace(first, body={"n": "refused"}))
        for _ in range(2):
            found = store.get("some:1")
            assert found is not None
            assert found.body == {"n": "confirmed"}
            time.sleep(seconds)
        store.delete(found)
        assert store.get("some:1") is None

    @pytest.mark.parametrize("digest", ["f", "0"])
    @pytest.mark.parametrize("seconds", [0.0, 0.3, 2.5])
    def test_of_two_creations_the_one_with_one_copy_is_refused(self, door, behind, seconds, digest) -> None:
        store = behind(door)
        door.splits, door.split_digest, door.split_seconds = 1, digest, seconds
        store.save(FRESH)
        with pytest.raises(RevisionConflictError):
            store.save(replace(FRESH, body={"n": "refused"}))
        time.sleep(seconds)
        found = store.get("some:1")
        assert found is not None
        assert found.body == FRESH.body

    def test_a_lease_that_one_copy_accepted_does_not_count(self, door, behind) -> None:
        store = behind(door)
        first = store.save(FRESH.with_events(PendingEvent(id="1", at=1.0, text="{}")))
        newer = store.save(replace(first, body={"n": 2}))
        door.splits = 1
        with pytest.raises(RevisionConflictError):
            store.save(replace(first, lease=Lease(owner="a", until=9.0)))
        assert store.get("some:1").body == newer.body

    def test_a_lost_save_is_recognised_after_the_relay_continued_it(self, door, behind) -> None:
        store = behind(door)
        door.lost, door.on_lost = 1, lambda: forget_events(store)
        saved = store.save(FRESH.with_events(PendingEvent(id="1", at=1.0, text="{}")))
        assert saved.outbox == ()
        assert store.get("some:1") == saved

    def test_a_store_that_was_never_migrated_is_unavailable_not_empty(self, door, behind) -> None:
        store = behind(door, migrated=False)
        for ask in (lambda: store.get("some:1"), lambda: store.save(FRESH), lambda: store.pending(limit=1), store.check):
            with pytest.raises(StoreUnavailableError):
                ask()

    def test_a_killed_server_keeps_everything_it_confirmed(self, tmp_path) -> None:
        server = Couch(tmp_path / "couch")
        address = cloudant_address(f"cloudant://127.0.0.1:{server.port}/outlay")
        store = CloudantDocuments(address)
        with pytest.raises(StoreUnavailableError):
            store.check()
        try:
            server.start()
            store.migrate()
            saved = store.save(FRESH.with_events(PendingEvent(id="1", at=1.0, text="{}")))
            server.kill()
            began = time.monotonic()
            with pytest.raises(StoreUnavailableError):
                store.save(replace(saved, body={"n": 2}))
            assert time.monotonic() - began < 5
            server.start()
            assert store.get("some:1") == saved
            assert store.pending(limit=1) == [saved]
        finally:
            server.kill()
            store.close()
