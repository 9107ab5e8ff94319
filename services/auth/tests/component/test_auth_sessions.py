"""Signing in and out, and what a session allows."""

from __future__ import annotations

import time

import pytest

from auth.credentials.password_hashing import Argon2Hashing
from support.auth_service import secret_in

DAY = 86_400.0
HOUR = 3_600.0
SECRET = "A" * 43


def test_each_sign_in_has_its_own_session(auth):
    first = auth.sign_up()
    answer = auth.sign_in(email=" maria@EXAMPLE.org ")
    assert answer.status_code == 201
    assert answer.json()["name"] == "Maria"
    assert secret_in(answer) != first
    assert auth.exchange_status(first) == auth.exchange_status(secret_in(answer)) == 200


def test_a_wrong_password_and_an_unknown_address_look_the_same(auth):
    auth.sign_up()
    wrong, unknown = auth.sign_in(password="wrong umbrella kitchen"), auth.sign_in(email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 401
    same = [{key: value for key, value in answer.json().items() if key != "instance"} for answer in (wrong, unknown)]
    assert same[0] == same[1]
    assert "Set-Cookie" not in wrong.headers


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b.cd"}, {"email": 1, "password": "x"}, {"email": "a@b.cd", "password": "x", "remember": True}]
)
def test_invalid_credentials_are_refused(auth, body):
    assert auth.send("POST", "/session", json=body).status_code == 400


def test_odd_credentials_are_merely_wrong(auth):
    for email, password in (("", ""), ("@", "x"), ("maria", "ü" * 200), ("😀@example.org", "x")):
        assert auth.sign_in(email=email, password=password).status_code == 401


def test_composed_and_decomposed_accents_are_the_same_password(auth):
    auth.sign_up(password="cre\u0300me bru\u0302le\u0301e")
    assert auth.sign_in(password="cr\u00e8me br\u00fbl\u00e9e").status_code == 201


def test_signing_out_ends_the_session_and_clears_the_cookie(auth):
    secret = auth.sign_up()
    bearer = {"Authorization": f"Bearer {auth.made.exchange(secret)[0]['auth']}"}
    answer = auth.send("DELETE", "/session", headers=bearer)
    assert answer.status_code == 204
    assert answer.headers["Set-Cookie"].startswith("__Host-session=; Max-Age=0;")
    assert auth.exchange_status(secret) == 401
    assert auth.send("DELETE", "/session", headers=bearer).status_code == 204


def test_a_service_token_of_an_ended_session_changes_no_credentials(auth):
    secret = auth.sign_up()
    bearer = {"Authorization": f"Bearer {auth.made.exchange(secret)[0]['auth']}"}
    auth.send("DELETE", "/session", headers=bearer)
    assert auth.send("GET", "/session", headers=bearer).status_code == 404
    body = {"current_password": "violet umbrella kitchen", "new_password": "seven paper lanterns"}
    token = {"name": "backup", "scopes": ["read"], "current_password": "violet umbrella kitchen"}
    assert auth.send("POST", "/users/me/password", headers=bearer, json=body).status_code == 401
    assert auth.send("POST", "/users/me/tokens", headers=bearer, json=token).status_code == 401
    assert auth.send("GET", "/users/me/sessions", headers=bearer).status_code == 401
    leaving = {**bearer, "X-Current-Password": "violet%20umbrella%20kitchen"}
    assert auth.send("DELETE", "/users/me", headers=leaving).status_code == 401


def test_nobody_reads_or_ends_another_persons_session(auth):
    mine, theirs = auth.sign_up(), auth.sign_up(email="eve@example.org")
    session = auth.call("GET", "/session", secret=mine).json()
    for method in ("GET", "DELETE"):
        assert auth.call(method, f"/users/me/sessions/{session['id']}", secret=theirs).status_code == 404
    assert auth.exchange_status(mine) == 200
    assert auth.call("GET", "/users/me/sessions/nonsense", secret=mine).status_code == 400


def test_a_session_ends_after_thirty_days_without_use(auth):
    secret = auth.sign_up()
    auth.now.ahead = 30 * DAY - 60
    assert auth.exchange_status(secret) == 200
    auth.now.ahead += 30 * DAY - 60
    assert auth.exchange_status(secret) == 200
    auth.now.ahead += 30 * DAY + 60
    assert auth.exchange_status(secret) == 401


def test_a_session_ends_after_ninety_days_of_use(auth):
    secret = auth.sign_up()
    for day in range(0, 90, 10):
        auth.now.ahead = day * DAY
        assert auth.exchange_status(secret) == 200
    auth.now.ahead = 90 * DAY + 60
    assert auth.exchange_status(secret) == 401


def test_the_51st_sign_in_ends_the_least_recently_used_session(auth):
    first, second = auth.sign_up(), secret_in(auth.sign_in())
    auth.now.ahead = 2 * HOUR
    assert auth.exchange_status(first) == 200
    for _ in range(49):
        last = secret_in(auth.sign_in())
    assert (auth.exchange_status(first), auth.exchange_status(second), auth.exchange_status(last)) == (200, 401, 200)
    assert len(auth.call("GET", "/users/me/sessions", secret=first).json()["items"]) == 50


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "outlay_ses_",
        "outlay_pat_3q2-7w",
        "outlay_ses_" + "A" * 43,
        "Bearer x",
        "é" * 50,
        "user:1",
        "outlay_ses_ü",
        "outlay_ses_../signing-keys_" + "A" * 43,
    ],
)
def test_an_invalid_secret_gets_401(auth, secret):
    answer = auth.send("POST", "/internal/tokens", json={"secret": secret})
    assert answer.status_code == 401
    assert answer.json()["title"] == "Not signed in"


def test_the_service_token_names_its_user(auth):
    secret = auth.sign_up(home_currency="USD", time_zone="America/New_York", locale="en-US")
    answer = auth.send("POST", "/internal/tokens", json={"secret": secret})
    assert answer.status_code == 200
    claims = auth.made.verify(answer.json()["tokens"]["auth"])
    assert (claims["cur"], claims["tz"], claims["loc"], claims["scope"]) == ("USD", "America/New_York", "en-US", "read write")
    assert claims["sub"] == auth.sign_in().json()["id"]
    assert claims["sid"] == auth.call("GET", "/session", secret=secret).json()["id"]
    assert claims["kind"] == "session"
    assert 100 < claims["exp"] - time.time() <= 120
    tokens, expires_at = auth.made.exchange(secret)
    assert auth.made.verify(tokens["auth"])["exp"] == expires_at


def test_a_password_is_hashed_again_when_the_parameters_change(make_auth):
    auth = make_auth(hashing=Argon2Hashing(memory_kib=64, passes=1))
    auth.sign_up()

    def hashed() -> str:
        user = auth.sign_in().json()
        return auth.documents.get(f"user:{user['id']}").body["password_hash"]

    before = hashed()
    assert before == hashed()
    auth = make_auth(hashing=Argon2Hashing(memory_kib=128, passes=1))
    assert auth.sign_in(password="wrong umbrella kitchen").status_code == 401
    after = hashed()
    assert "m=64" in before
    assert "m=128" in after
    assert auth.sign_in().status_code == 201
