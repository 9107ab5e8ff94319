"""Verifying an address and setting a new password by email."""

from __future__ import annotations

import pytest

DAY, HOUR = 86_400.0, 3_600.0
VERIFY, RESET = "user.verification_requested", "user.password_reset_requested"
NEW = {"password": "seven paper lanterns"}


def test_the_emailed_link_verifies_the_address_once(auth):
    secret = auth.sign_up()
    path = f"/email-verifications/{auth.emailed_token(VERIFY)}"
    assert auth.send("PUT", path).status_code == 204
    me = auth.call("GET", "/users/me", secret=secret).json()
    assert (me["email_verified"], me["version"]) == (True, 2)
    (event,) = auth.events()
    assert (event.type, event.data["email_verified"]) == ("user.changed", True)
    assert auth.send("PUT", path).status_code == 404
    assert auth.call("POST", "/users/me/verification", secret=secret).status_code == 202
    assert auth.events() == []


def test_another_verification_email_ends_the_former_link(auth):
    secret = auth.sign_up()
    first = auth.emailed_token(VERIFY)
    assert auth.call("POST", "/users/me/verification", secret=secret).status_code == 202
    second = auth.emailed_token(VERIFY)
    assert auth.send("PUT", f"/email-verifications/{first}").status_code == 404
    assert auth.send("PUT", f"/email-verifications/{second}").status_code == 204


def test_a_verification_link_is_valid_for_seven_days(auth):
    auth.sign_up()
    token = auth.emailed_token(VERIFY)
    auth.now.ahead = 7 * DAY + 60
    assert auth.send("PUT", f"/email-verifications/{token}").status_code == 404
    auth.now.ahead = 7 * DAY - 60
    assert auth.send("PUT", f"/email-verifications/{token}").status_code == 204


def test_a_link_to_the_old_address_does_not_verify_the_new_one(auth):
    secret = auth.sign_up()
    old = auth.emailed_token(VERIFY)
    change = {"email": "new@example.org", "current_password": "violet umbrella kitchen"}
    auth.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json=change)
    assert auth.send("PUT", f"/email-verifications/{old}").status_code == 204
    me = auth.call("GET", "/users/me", secret=secret).json()
    assert (me["email"], me["email_verified"], me["pending_email"]) == ("Maria@example.org", True, "new@example.org")


def test_another_reset_email_ends_the_former_link(auth):
    auth.sign_up()
    auth.request_reset()
    first = auth.emailed_token(RESET)
    auth.request_reset()
    second = auth.emailed_token(RESET)
    assert auth.send("PUT", f"/password-resets/{first}", json=NEW).status_code == 404
    assert auth.send("PUT", f"/password-resets/{second}", json=NEW).status_code == 204


def test_a_reset_link_expires_in_an_hour_or_with_a_new_password(auth):
    secret = auth.sign_up()
    auth.request_reset()
    token = auth.emailed_token(RESET)
    auth.now.ahead = HOUR + 60
    assert auth.send("PUT", f"/password-resets/{token}", json=NEW).status_code == 404
    auth.now.ahead = 0
    body = {"current_password": "violet umbrella kitchen", "new_password": "lanterns paper seven"}
    assert auth.call("POST", "/users/me/password", secret=secret, json=body).status_code == 204
    assert auth.send("PUT", f"/password-resets/{token}", json=NEW).status_code == 404


class Counting:
    """A store that counts what is asked of it."""

    def __init__(self, store):
        self.asked = []
        self._store = store

    def __getattr__(self, name):
        if name in {"get", "save", "delete"}:
            self.asked.append(name)
        return getattr(self._store, name)


def test_a_reset_request_costs_the_same_with_and_without_email(make_auth):
    auth = make_auth(Counting, factor=1)
    auth.sign_up(email="confirmed@example.org")
    auth.send("PUT", f"/email-verifications/{auth.emailed_token(VERIFY)}")
    auth.sign_up(email="unconfirmed@example.org")
    costs = set()
    for n, name in enumerate(["confirmed", "unconfirmed", "unknown"] * 5):
        auth.documents.asked.clear()
        from_ = {"X-Forwarded-For": f"10.0.{n}.1"}
        assert auth.send("POST", "/password-resets", headers=from_, json={"email": f"{name}@example.org"}).status_code == 202
        costs.add(tuple(sorted(auth.documents.asked)))
    assert [event.type for event in auth.events()].count(RESET) == 3 + 2
    assert costs == {("get",) * 4 + ("save",) * 3}


def test_a_weak_password_leaves_the_link_valid(auth):
    auth.sign_up()
    auth.request_reset()
    path = f"/password-resets/{auth.emailed_token(RESET)}"
    answer = auth.send("PUT", path, json={"password": "maria@example.org"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/password"
    assert auth.send("PUT", path, json={"password": "short"}).status_code == 400
    assert auth.send("PUT", path, json=NEW).status_code == 204


def test_a_link_of_one_kind_does_not_work_as_the_other(auth):
    auth.sign_up()
    verification = auth.emailed_token(VERIFY)
    auth.request_reset()
    reset = auth.emailed_token(RESET)
    assert auth.send("PUT", f"/password-resets/{verification}", json=NEW).status_code == 404
    assert auth.send("PUT", f"/email-verifications/{reset}").status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "..%2F..", "%F0%9F%8E%88", "-", "A" * 43])
def test_a_made_up_link_is_not_found(auth, token):
    for path, body in ((f"/password-resets/{token}", NEW), (f"/email-verifications/{token}", None)):
        assert auth.send("PUT", path, json=body).status_code in {400, 404}
