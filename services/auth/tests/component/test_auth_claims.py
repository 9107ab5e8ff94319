"""An address belongs to one account, whatever happens simultaneously."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.auth_service import MARIA, Auth

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth.store.document import Document
    from auth.store.ports import Documents

NEW = "new@example.org"


class Meanwhile:
    """A store where something else happens right before or after a document of one kind is saved or deleted, once."""

    def __init__(self, store: Documents) -> None:
        self._store = store
        self._before: dict[tuple[str, str], Callable[[], object]] = {}
        self._after: dict[tuple[str, str], Callable[[], object]] = {}

    def before(self, what: str, kind: str, act: Callable[[], object]) -> None:
        self._before[what, kind] = act

    def after(self, what: str, kind: str, act: Callable[[], object]) -> None:
        self._after[what, kind] = act

    def save(self, document: Document) -> Document:
        self._before.pop(("save", document.kind), lambda: None)()
        saved = self._store.save(document)
        self._after.pop(("save", document.kind), lambda: None)()
        return saved

    def delete(self, document: Document) -> None:
        self._before.pop(("delete", document.kind), lambda: None)()
        self._store.delete(document)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def crowded(make_auth: Callable[..., Auth]) -> Auth:
    return make_auth(Meanwhile)


def change_address(auth: Auth, bearer: str, email: str, version: int = 1) -> int:
    headers = {"Authorization": f"Bearer {bearer}", "If-Match": f'"{version}"'}
    body = {"email": email, "current_password": MARIA["password"]}
    return auth.send("PATCH", "/users/me", headers=headers, json=body).status_code


def link_to(auth: Auth, bearer: str, email: str, version: int = 1) -> str:
    """Ask for another address; return the secret of the link that is sent there."""
    assert change_address(auth, bearer, email, version) == 200
    return auth.emailed_token("user.verification_requested")


def follow(auth: Auth, token: str) -> int:
    return auth.send("PUT", f"/email-verifications/{token}").status_code


def claim_of(auth: Auth, email: str) -> Document | None:
    return auth.documents.get(f"email:{auth.blind_index(email)}")


def belongs_to_maria(auth: Auth, email: str) -> bool:
    """Return whether nobody else can sign up with it and Maria can sign in."""
    return (
        auth.send("POST", "/users", json={**MARIA, "email": email, "name": "Somebody else"}).status_code == 409
        and auth.sign_in(email=email).status_code == 201
    )


def test_two_simultaneous_changes_to_one_address_keep_it(crowded: Auth) -> None:
    bearer = crowded.made.exchange(crowded.sign_up())[0]["auth"]
    token, answers = link_to(crowded, bearer, NEW), list[int]()
    crowded.documents.before("save", "user", lambda: answers.append(follow(crowded, token)))
    answers.append(follow(crowded, token))
    assert answers == [204, 404]
    assert belongs_to_maria(crowded, NEW)


def test_many_simultaneous_changes_to_one_address_keep_it(auth: Auth) -> None:
    token = link_to(auth, auth.made.exchange(auth.sign_up())[0]["auth"], NEW)
    answers = auth.send_at_once(*[("PUT", f"/email-verifications/{token}", {})] * 4)
    assert sorted(answer.status_code for answer in answers)[0] == 204
    assert {answer.status_code for answer in answers} <= {204, 404, 409}
    assert belongs_to_maria(auth, NEW)


def test_changing_back_while_the_old_address_is_released_keeps_it(crowded: Auth) -> None:
    bearer = crowded.made.exchange(crowded.sign_up())[0]["auth"]
    token, answers = link_to(crowded, bearer, NEW), list[int]()

    def change_back() -> None:
        answers.append(follow(crowded, link_to(crowded, bearer, MARIA["email"], 3)))

    crowded.documents.before("delete", "email", change_back)
    answers.append(follow(crowded, token))
    assert answers == [204, 204]
    assert belongs_to_maria(crowded, MARIA["email"])


def test_a_sign_up_whose_claim_was_lost_is_withdrawn(crowded: Auth) -> None:
    """Its process paused for longer than a claim is kept, and somebody else took the address."""

    def taken_by_another() -> None:
        claim = claim_of(crowded, MARIA["email"].lower())
        assert claim is not None
        crowded.documents.delete(claim)
        crowded.sign_up(password="seven paper lanterns")

    crowded.documents.after("save", "email", lambda: crowded.documents.before("save", "user", taken_by_another))
    assert crowded.send("POST", "/users", json=MARIA).status_code == 409
    assert crowded.sign_in().status_code == 401
    assert crowded.sign_in(password="seven paper lanterns").status_code == 201
    told = [(event.type, event.subject) for event in crowded.events()]
    withdrawn = {subject for kind, subject in told if kind == "user.deleted"}
    registered = {subject for kind, subject in told if kind == "user.registered"}
    assert len(withdrawn) == 1
    assert len(registered - withdrawn) == 1


def test_a_claim_that_was_released_by_mistake_is_made_again(crowded: Auth) -> None:
    def release() -> None:
        claim = claim_of(crowded, MARIA["email"].lower())
        assert claim is not None
        crowded.documents.delete(claim)

    crowded.documents.after("save", "user", release)
    crowded.sign_up()
    assert belongs_to_maria(crowded, MARIA["email"])


def test_a_change_whose_claim_was_lost_goes_back_to_the_former_address(crowded: Auth) -> None:
    token = link_to(crowded, crowded.made.exchange(crowded.sign_up())[0]["auth"], NEW)

    def taken_by_another() -> None:
        claim = claim_of(crowded, NEW)
        assert claim is not None
        crowded.documents.delete(claim)
        crowded.sign_up(email=NEW, password="seven paper lanterns")

    crowded.documents.after("save", "email", lambda: crowded.documents.after("save", "user", taken_by_another))
    assert follow(crowded, token) == 409
    assert crowded.sign_in().status_code == 201
    assert crowded.sign_in(email=NEW, password="seven paper lanterns").status_code == 201
