"""Changing the email address of an account."""

from __future__ import annotations

from dataclasses import replace

import pytest

MARIA = {"email": "Maria@Example.org", "password": "violet umbrella kitchen", "name": "Maria"}


def change_address(auth, secret, email, version=1):
    body = {"email": email, "current_password": MARIA["password"]}
    return auth.call("PATCH", "/users/me", secret=secret, headers={"If-Match": f'"{version}"'}, json=body)


VERIFY, WARN = "user.verification_requested", "user.email_change_requested"


def verified(auth) -> str:
    secret = auth.sign_up()
    assert auth.send("PUT", f"/email-verifications/{auth.emailed_token(VERIFY)}").status_code == 204
    auth.events()
    return secret


def test_a_new_address_counts_once_verified_and_frees_the_old_one(auth):
    secret = verified(auth)
    answer = change_address(auth, secret, "new@Example.org", version=2)
    assert answer.status_code == 200
    told = (answer.json()["email"], answer.json()["email_verified"], answer.json()["pending_email"])
    assert told == ("Maria@example.org", True, "new@example.org")
    changed, mail, warning = auth.events()
    assert (changed.type, mail.type, warning.type) == ("user.changed", VERIFY, WARN)
    assert (auth.decrypted_address(mail), auth.decrypted_address(warning)) == ("new@example.org", "Maria@example.org")
    assert auth.decrypted_address(changed) == "Maria@example.org"
    assert auth.sign_in(email="new@example.org").status_code == 401
    assert auth.sign_in().status_code == 201
    assert auth.send("PUT", f"/email-verifications/{auth.decrypted_token(mail)}").status_code == 204
    (changed,) = auth.events()
    assert (auth.decrypted_address(changed), changed.data["email_verified"]) == ("new@example.org", True)
    me = auth.call("GET", "/users/me", secret=secret).json()
    assert (me["email"], me["email_verified"], me["pending_email"]) == ("new@example.org", True, None)
    assert auth.sign_in().status_code == 401
    assert auth.sign_in(email="new@example.org").status_code == 201
    auth.sign_up()


def test_a_pending_address_blocks_nobody_else(auth):
    secret = verified(auth)
    change_address(auth, secret, "new@example.org", version=2)
    link = auth.emailed_token(VERIFY)
    auth.sign_up(email="new@example.org")
    assert auth.send("PUT", f"/email-verifications/{link}").status_code == 409
    assert auth.call("GET", "/users/me", secret=secret).json()["email"] == "Maria@example.org"
    assert auth.sign_in().status_code == 201


def test_an_unverified_old_address_gets_no_warning(auth):
    secret = auth.sign_up()
    auth.events()
    change_address(auth, secret, "new@example.org")
    assert [event.type for event in auth.events()] == ["user.changed", VERIFY]


@pytest.mark.parametrize("way", ["a reset", "another password"])
def test_a_new_password_cancels_a_change_of_address(auth, way):
    secret = verified(auth)
    change_address(auth, secret, "eve@example.org", version=2)
    link = auth.emailed_token(VERIFY)
    if way == "a reset":
        auth.send("POST", "/password-resets", json={"email": MARIA["email"]})
        token = auth.emailed_token("user.password_reset_requested")
        assert auth.send("PUT", f"/password-resets/{token}", json={"password": "seven paper lanterns"}).status_code == 204
    else:
        body = {"current_password": MARIA["password"], "new_password": "seven paper lanterns"}
        assert auth.call("POST", "/users/me/password", secret=secret, json=body).status_code == 204
    assert auth.send("PUT", f"/email-verifications/{link}").status_code == 404
    assert auth.sign_in(password="seven paper lanterns").json()["pending_email"] is None


def test_an_address_in_another_case_is_the_same_account(auth):
    secret = auth.sign_up()
    assert change_address(auth, secret, "MARIA@example.org").json()["pending_email"] == "MARIA@example.org"
    assert auth.send("PUT", f"/email-verifications/{auth.emailed_token(VERIFY)}").status_code == 204
    assert auth.call("GET", "/users/me", secret=secret).json()["email"] == "MARIA@example.org"
    assert auth.sign_in().status_code == 201


def test_a_refused_change_of_address_leaves_the_new_address_free(auth):
    secret = auth.sign_up()
    assert change_address(auth, secret, "new@example.org", version=9).status_code == 412
    auth.sign_up(email="new@example.org")


def pointer_of(auth, email: str):
    return auth.documents.get(f"email:{auth.blind_index(email)}")


def test_a_claim_left_by_a_crash_expires_after_a_minute(auth):
    auth.sign_up()
    user = auth.sign_in().json()
    pointer = pointer_of(auth, "maria@example.org")
    auth.sign_up(email="other@example.org")
    other = auth.sign_in(email="other@example.org").json()
    theirs = pointer_of(auth, "other@example.org")
    assert theirs.user_id == other["id"]
    auth.documents.delete(theirs)
    auth.documents.save(replace(theirs, user_id=user["id"], revision=""))  # as if Maria were just changing to it
    assert pointer.user_id == user["id"]
    assert auth.send("POST", "/users", json={**MARIA, "email": "other@example.org"}).status_code == 409
    auth.now.ahead += 61
    assert auth.send("POST", "/users", json={**MARIA, "email": "other@example.org"}).status_code == 201
    assert auth.sign_in().json()["id"] == user["id"]
