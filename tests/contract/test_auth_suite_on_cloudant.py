"""Those tests of what auth does in which the store has a part, on a real server of CouchDB's API as they run on SQLite."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import httpx
import pytest

from auth.adapters.cloudant.address import cloudant_address
from auth.adapters.cloudant.documents import CloudantDocuments
from support.auth_alone import Auth, auths
from unit.auth.conftest import auth, breaking  # noqa: F401
from unit.auth.test_auth_crashes import (  # noqa: F401
    test_a_change_of_address_may_be_interrupted_anywhere,
    test_another_password_ends_all_other_sessions_in_the_same_write_or_nothing_happens,
    test_signing_up_may_be_interrupted_anywhere,
)
from unit.auth.test_auth_leaving import (  # noqa: F401
    maria,
    test_an_address_of_somebody_who_left_is_free_even_before_tidying,
    test_leaving_removes_everything_and_tells_the_other_services,
    test_wherever_leaving_is_interrupted_it_is_finished_later,
)
from unit.auth.test_auth_recovery import (  # noqa: F401
    test_asking_for_a_reset_does_not_tell_whether_the_address_is_known,
    test_of_two_who_use_one_reset_at_a_time_one_succeeds,
    test_the_link_of_the_mail_sets_a_new_password_once_and_ends_every_session,
)
from unit.auth.test_auth_sessions import (  # noqa: F401
    test_a_secret_of_one_person_with_the_name_of_another_opens_nothing,
    test_nobody_is_signed_out_because_that_cannot_be_noted,
    test_of_many_who_sign_in_as_one_person_at_a_time_each_gets_a_session,
    test_sessions_are_listed_read_and_revoked,
    test_use_is_written_down_once_an_hour,
    test_what_is_over_is_forgotten_with_the_next_change_and_by_tidying,
)
from unit.auth.test_auth_tokens import test_a_token_ends_when_it_expires  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make_auth(couch: str, tmp_path: Path) -> Iterator[Callable[..., Auth]]:
    """Make auth with some settings, all on one database."""
    database = f"test-{secrets.token_hex(8)}"
    address = cloudant_address(f"{couch.replace('http', 'cloudant', 1)}/{database}")

    def rows() -> list[tuple[str, str]]:
        found = httpx.get(f"{couch}/{database}/_all_docs", params={"include_docs": "true"}, timeout=60).json()["rows"]
        return [(row["doc"]["kind"], row["doc"]["user_id"]) for row in found if not row["id"].startswith("_")]

    with auths(lambda ring: CloudantDocuments(address, on_events=ring), rows, tmp_path) as make:
        yield make
