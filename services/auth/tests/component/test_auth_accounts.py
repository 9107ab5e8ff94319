"""Signing up, and reading and changing the account."""

from __future__ import annotations

import pytest

from support.auth_service import secret_in

MARIA = {"email": "Maria@Example.org", "password": "violet umbrella kitchen", "name": "Maria"}


def pointers(answer) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


def test_signing_up_signs_in_and_publishes_events(auth):
    answer = auth.send("POST", "/users", json={**MARIA, "home_currency": "USD", "time_zone": "America/New_York", "locale": "en_US"})
    assert answer.status_code == 201
    user = answer.json()
    assert user["email"] == "Maria@example.org"
    assert (user["home_currency"], user["time_zone"], user["locale"]) == ("USD", "America/New_York", "en-US")
    assert user["created_at"] == "2015-01-24T18:00:00Z"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=outlay_ses_")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"} <= set(cookie.split("; "))
    assert auth.wake_up.is_set()
    registered, book, mail = auth.events()
    assert (registered.type, book.type, mail.type) == ("user.registered", "book.changed", "user.verification_requested")
    assert book.data == {
        "book_id": user["id"],
        "user_id": user["id"],
        "version": 1,
        "members": [{"user_id": user["id"], "role": "owner"}],
    }
    assert auth.decrypted_address(registered) == "Maria@example.org"
    assert mail.data["expires_at"] == "2015-01-31T18:00:00Z"
    assert auth.events() == []


def test_the_cookie_has_another_name_over_plain_http(make_auth):
    auth = make_auth(secure=False)
    cookie = auth.send("POST", "/users", json=MARIA).headers["Set-Cookie"]
    assert cookie.startswith("session=outlay_ses_")
    assert "Secure" not in cookie


def test_the_defaults_are_euro_utc_and_english(auth):
    me = auth.call("GET", "/users/me", secret=auth.sign_up())
    assert me.status_code == 200
    assert me.headers["ETag"] == '"1"'
    assert {
        "home_currency": "EUR",
        "time_zone": "UTC",
        "locale": "en",
        "email_verified": False,
        "name": "Maria",
    }.items() <= me.json().items()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "europe/berlin"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("home_currency", "ABC"),
        ("home_currency", "XXX"),
        ("locale", "xx-YY"),
        ("locale", "en-GB-oed-more"),
        ("name", "   "),
        ("password", "1234567890"),
    ],
)
def test_an_unusable_detail_is_named(auth, field, value):
    answer = auth.send("POST", "/users", json={**MARIA, field: value})
    assert answer.status_code == 422
    assert pointers(answer) == [f"/{field}"]
    assert auth.events() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**MARIA, "password": "short"},
        {**MARIA, "password": "x" * 201},
        {**MARIA, "email": "maria"},
        {**MARIA, "email": "a@b@example.org"},
        {**MARIA, "email": f"{'m' * 250}@example.org"},
        {**MARIA, "name": ""},
        {**MARIA, "name": "Mar\u0000ia"},
        {**MARIA, "is_admin": True},
        {**MARIA, "home_currency": "eur"},
    ],
)
def test_an_invalid_body_is_refused(auth, body):
    answer = auth.send("POST", "/users", json=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("again", ["Maria@Example.org", "maria@example.org", "MARIA@EXAMPLE.ORG"])
def test_an_address_has_one_account_in_any_spelling(auth, again):
    auth.sign_up()
    answer = auth.send("POST", "/users", json={**MARIA, "email": again})
    assert answer.status_code == 409
    assert "reset your password" in answer.json()["detail"]
    assert "Set-Cookie" not in answer.headers


def test_one_of_many_simultaneous_sign_ups_gets_the_address(auth):
    answers = auth.send_at_once(*(("POST", "/users", {"json": {**MARIA, "name": f"Maria {n}"}}) for n in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    winner = next(answer.json() for answer in answers if answer.status_code == 201)
    assert auth.sign_in().json() == winner
    assert [event.subject for event in auth.events() if event.type == "user.registered"] == [winner["id"]]


def test_signing_up_again_after_a_crash_between_address_and_user_works(auth):
    auth.sign_up()
    user = auth.sign_in().json()
    auth.documents.delete(auth.documents.get(f"user:{user['id']}"))
    assert auth.sign_in().status_code == 401
    auth.sign_up(password="seven paper lanterns")
    assert auth.sign_in(password="seven paper lanterns").json()["id"] == user["id"]


def test_a_profile_change_publishes_an_event(auth):
    secret = auth.sign_up()
    auth.events()
    answer = auth.call(
        "PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json={"name": " Maria Luisa ", "locale": "de"}
    )
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert (answer.json()["name"], answer.json()["version"]) == ("Maria Luisa", 2)
    (event,) = auth.events()
    assert (event.type, event.data["name"], event.data["version"]) == ("user.changed", "Maria Luisa", 2)


def test_changes_are_refused_while_too_many_events_wait(auth):
    secret = auth.sign_up()

    def change(number: int):
        return auth.call("PATCH", "/users/me", secret=secret, headers={"If-Match": f'"{number}"'}, json={"name": f"Maria {number}"})

    assert [change(number).status_code for number in range(1, 98)] == [200] * 97
    refused = change(98)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    assert "still being processed" in refused.json()["detail"]
    assert auth.sign_in().status_code == 201
    assert len(auth.events()) == 100
    assert change(98).status_code == 200


def test_a_change_without_effect_publishes_nothing(auth):
    secret = auth.sign_up()
    auth.events()
    answer = auth.call(
        "PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json={"name": "Maria", "email": "Maria@example.org"}
    )
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert auth.events() == []


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, {"name": "M"}, 428),
        ({"If-Match": "three"}, {"name": "M"}, 400),
        ({"If-Match": '"7"'}, {"name": "M"}, 412),
        ({"If-Match": '"7"'}, {"email": "new@example.org", "current_password": MARIA["password"]}, 412),
        ({"If-Match": '"1"'}, {}, 400),
        ({"If-Match": '"1"'}, {"version": 2}, 400),
        ({"If-Match": '"1"'}, {"time_zone": "Mars"}, 422),
        ({"If-Match": '"1"'}, {"email": "new@example.org"}, 422),
        ({"If-Match": '"1"'}, {"email": "new@example.org", "current_password": "wrong"}, 422),
        ({"If-Match": '"1"'}, {"email": "taken@example.org", "current_password": MARIA["password"]}, 409),
    ],
)
def test_a_refused_change_has_no_effect(auth, headers, body, status):
    auth.sign_up(email="taken@example.org")
    secret = auth.sign_up()
    auth.events()
    assert auth.call("PATCH", "/users/me", secret=secret, headers=headers, json=body).status_code == status
    assert auth.call("GET", "/users/me", secret=secret).json()["version"] == 1
    assert auth.events() == []


def test_a_new_password_ends_all_other_sessions(auth):
    secret, other = auth.sign_up(), auth.sign_in()
    body = {"current_password": MARIA["password"], "new_password": "seven paper lanterns"}
    changed = auth.call("POST", "/users/me/password", secret=secret, json=body)
    assert changed.status_code == 204
    former, secret = secret, secret_in(changed)
    assert auth.send("POST", "/internal/tokens", json={"secret": former}).status_code == 401
    assert auth.call("GET", "/users/me", secret=secret).status_code == 200
    other_secret = other.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    assert auth.send("POST", "/internal/tokens", json={"secret": other_secret}).status_code == 401
    assert auth.sign_in().status_code == 401
    assert auth.sign_in(password="seven paper lanterns").status_code == 201
    body = {"current_password": "seven paper lanterns", "new_password": "paper seven lanterns"}
    assert auth.call("POST", "/users/me/password", secret=secret, json=body).status_code == 204


@pytest.mark.parametrize(
    ("current", "new", "pointer"),
    [("wrong", "seven paper lanterns", "/current_password"), (MARIA["password"], "password123", "/new_password")],
)
def test_a_password_change_needs_the_current_and_a_strong_new_one(auth, current, new, pointer):
    secret = auth.sign_up()
    answer = auth.call("POST", "/users/me/password", secret=secret, json={"current_password": current, "new_password": new})
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]
    assert auth.sign_in().status_code == 201


def test_a_request_without_credentials_is_refused(auth):
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic bWU6bWU="}):
        answer = auth.send("GET", "/users/me", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
