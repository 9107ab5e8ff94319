"""The rules of a user: what ends a session or token, and what a profile change does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from auth.books.model import Book
from auth.errors import SessionNotFoundError, SignedOutError, StaleVersionError, TokenNotFoundError
from auth.users.access_token import AccessToken
from auth.users.model import MOST_SESSIONS, EmailedLink, ProfileChange, User
from auth.users.session import Session

NOW = 1_000.0
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
MARIA = User(id="u", email="maria@example.org", name="Maria", password_hash="old", created_at=MOMENT, book=Book.owned_by("u"))


def a_session(name: str, *, seen: float = 0.0, expires_at: float = NOW + 1) -> Session:
    return Session(
        digest=f"digest of {name}",
        id=name,
        user_agent="",
        began=0.0,
        seen=seen,
        created_at=MOMENT,
        last_seen_at=MOMENT,
        expires_at=expires_at,
    )


def a_token(name: str, *, expires_at: float | None = None) -> AccessToken:
    return AccessToken(digest=f"digest of {name}", id=name, name=name, scopes=("read",), created_at=MOMENT, expires_at=expires_at)


def test_expired_sessions_and_tokens_are_not_found() -> None:
    user = replace(MARIA, sessions=(a_session("s", expires_at=NOW),), tokens=(a_token("t", expires_at=NOW),))
    assert user.session("s", NOW - 1).id == "s"
    with pytest.raises(SessionNotFoundError):
        user.session("s", NOW)
    with pytest.raises(SignedOutError):
        user.require_session("s", NOW)
    with pytest.raises(TokenNotFoundError):
        user.token("t", NOW)
    assert user.without_expired(NOW) == MARIA


def test_the_first_expiry_is_that_of_the_document() -> None:
    user = replace(MARIA, sessions=(a_session("s", expires_at=7.0),), tokens=(a_token("never"), a_token("t", expires_at=5.0)))
    assert (user.expires_at, MARIA.expires_at) == (5.0, None)


def test_one_session_too_many_ends_the_least_recently_used() -> None:
    user = MARIA
    for number in range(MOST_SESSIONS):
        user = user.with_session(a_session(f"s{number}", seen=float(number or MOST_SESSIONS)))
    user = user.with_session(a_session("new", seen=NOW))
    assert len(user.sessions) == MOST_SESSIONS
    assert {session.id for session in user.active_sessions(0.0)} >= {"s0", "s2", "new"}
    assert "s1" not in {session.id for session in user.sessions}


def test_a_new_password_ends_what_the_old_one_allowed() -> None:
    link = EmailedLink("digest", NOW)
    user = replace(MARIA, sessions=(a_session("mine"), a_session("other")), tokens=(a_token("t"),), reset=link)
    kept = user.with_new_password("new", keeping="mine", revoke_tokens=False)
    assert ([session.id for session in kept.sessions], len(kept.tokens), kept.reset) == (["mine"], 1, None)
    assert user.with_new_password("new").secrets == frozenset()


def test_a_profile_change_leaves_what_it_does_not_name() -> None:
    changed = ProfileChange(name="Mary", locale="en-GB").apply(MARIA)
    assert (changed.name, changed.locale, changed.home_currency, changed.version) == ("Mary", "en-GB", "EUR", 1)


def test_a_change_of_an_older_version_is_refused() -> None:
    with pytest.raises(StaleVersionError):
        MARIA.with_next_version().require_version(1)
