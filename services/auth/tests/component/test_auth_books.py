"""Books: everybody has one, and only members get tokens for it."""

from __future__ import annotations

from dataclasses import replace

import jwt
import pytest

from auth.books.model import OWNER, Book, Member
from auth.store.document import Document
from support.auth_service import Auth

JOHN = {"email": "john@example.org", "home_currency": "USD", "time_zone": "America/New_York", "locale": "en-US"}


def claims_of(auth: Auth, secret: str, audience: str = "expenses", **body: str) -> dict[str, str]:
    answer = auth.send("POST", "/internal/tokens", json={"secret": secret, **body})
    assert answer.status_code == 200, answer.text
    return jwt.decode(answer.json()["tokens"][audience], options={"verify_signature": False})


def status_of(auth: Auth, secret: str, book_id: str) -> int:
    return auth.send("POST", "/internal/tokens", json={"secret": secret, "book_id": book_id}).status_code


def document_of(auth: Auth, user_id: str) -> Document:
    document = auth.documents.get(f"user:{user_id}")
    assert document is not None
    return document


def let_in(auth: Auth, owner: str, *guests: str) -> None:
    """Make people members of a book, as sharing will do."""
    document, own = document_of(auth, owner), Book.owned_by(owner)
    book = replace(own, members=(*own.members, *(Member(guest, "member") for guest in guests)))
    auth.documents.save(replace(document, body={**document.body, "book": book.to_json()}))


@pytest.fixture
def people(auth: Auth) -> tuple[str, str, str, str]:
    """Maria and John: the secret of a session and the id of each."""
    maria, john = auth.sign_up(), auth.sign_up(**JOHN)
    return maria, claims_of(auth, maria)["sub"], john, claims_of(auth, john)["sub"]


def test_everybody_has_a_book_with_their_id_and_owns_it(auth, people) -> None:
    secret, maria, *_ = people
    assert document_of(auth, maria).body["book"] == {"id": maria, "version": 1, "members": [{"user_id": maria, "role": OWNER}]}
    assert claims_of(auth, secret)["book"] == claims_of(auth, secret, book_id=maria)["book"] == maria


def test_only_members_get_tokens_for_a_book(auth, people) -> None:
    _, maria, secret, john = people
    assert status_of(auth, secret, maria) == 401
    let_in(auth, maria, john)
    claims = claims_of(auth, secret, book_id=maria)
    assert (claims["sub"], claims["book"]) == (john, maria)
    assert claims_of(auth, secret)["book"] == john
    let_in(auth, maria)
    assert status_of(auth, secret, maria) == 401


def test_a_book_keeps_its_currency_and_days_whoever_works_in_it(auth, people) -> None:
    _, maria, secret, john = people
    let_in(auth, maria, john)
    claims = claims_of(auth, secret, book_id=maria)
    assert (claims["cur"], claims["tz"], claims["loc"]) == ("EUR", "UTC", "en-US")


def test_an_unknown_book_and_that_of_a_deleted_account_are_refused(auth, people) -> None:
    owner, maria, secret, john = people
    assert status_of(auth, secret, "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11") == 401
    let_in(auth, maria, john)
    gone = auth.call("DELETE", "/users/me", secret=owner, headers={"X-Current-Password": "violet%20umbrella%20kitchen"})
    assert gone.status_code == 204, gone.text
    assert status_of(auth, secret, maria) == 401


def test_the_assistant_stays_in_the_book_and_leaves_with_its_caller(auth, people) -> None:
    _, maria, secret, john = people
    let_in(auth, maria, john)
    made = auth.send("POST", "/internal/tokens", json={"secret": secret, "book_id": maria}).json()["tokens"]
    delegated = f"outlay_dlg_{made['assistant']}"
    assert claims_of(auth, delegated)["book"] == maria
    let_in(auth, maria)
    assert auth.exchange_status(delegated) == 401


def test_a_document_without_a_book_means_the_persons_own(auth, people) -> None:
    secret, maria, *_ = people
    document = document_of(auth, maria)
    auth.documents.save(replace(document, body={name: value for name, value in document.body.items() if name != "book"}))
    assert claims_of(auth, secret)["book"] == maria


def test_what_newer_code_keeps_in_a_document_stays(auth, people) -> None:
    secret, maria, *_ = people
    document = document_of(auth, maria)
    auth.documents.save(replace(document, body={**document.body, "shared_with_me": [maria]}))
    answer = auth.call("PATCH", "/users/me", secret=secret, json={"name": "Marie"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert document_of(auth, maria).body["shared_with_me"] == [maria]


def test_what_newer_code_keeps_in_a_book_stays(auth, people) -> None:
    secret, maria, *_ = people
    document = document_of(auth, maria)
    book = {"id": maria, "version": 1, "name": "Home", "members": [{"user_id": maria, "role": OWNER, "since": "2027-01-01"}]}
    auth.documents.save(replace(document, body={**document.body, "book": book}))
    answer = auth.call("PATCH", "/users/me", secret=secret, json={"name": "Marie"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert document_of(auth, maria).body["book"] == book
