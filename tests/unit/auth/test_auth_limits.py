"""How often things may be tried."""

from __future__ import annotations

import pytest

from auth.adapters.rate_limits import MovingWindows
from auth.domain.errors import TooManyAttemptsError
from auth.domain.ports import Limit

MARIA = {"email": "maria@example.org", "password": "correct horse battery", "name": "Maria"}


@pytest.fixture
def strict(make_auth):
    return make_auth(factor=1)


def from_(address: str) -> dict:
    return {"X-Forwarded-For": address}


def sign_in(auth, password: str, *, address: str = "10.0.0.1", email: str = MARIA["email"]):
    return auth.send("POST", "/session", headers=from_(address), json={"email": email, "password": password})


def statuses(answers) -> list[int]:
    return [answer.status_code for answer in answers]


def refused(answer) -> bool:
    return (
        answer.status_code == 429
        and int(answer.headers["Retry-After"]) > 0
        and answer.json()["type"] == "/problems/too-many-attempts"
    )


def test_a_client_signs_in_ten_times_a_minute(strict):
    assert statuses(sign_in(strict, "x", email=f"nobody{n}@example.org") for n in range(10)) == [401] * 10
    assert refused(sign_in(strict, "x"))
    assert sign_in(strict, "x", address="10.0.0.2").status_code == 401


def test_an_address_has_five_failures_from_wherever_they_come(strict):
    strict.sign_up()
    assert statuses(sign_in(strict, "wrong", address=f"10.0.1.{n}") for n in range(5)) == [401] * 5
    assert refused(sign_in(strict, MARIA["password"], address="10.0.1.9"))
    assert refused(sign_in(strict, MARIA["password"], address="10.0.1.9", email="MARIA@example.org"))


def test_an_unknown_address_is_limited_alike(strict):
    answers = [sign_in(strict, "wrong", address=f"10.0.1.{n}", email="nobody@example.org") for n in range(6)]
    assert statuses(answers) == [401] * 5 + [429]


def test_a_success_forgives_the_failures(strict):
    strict.sign_up()
    for n in range(3):
        assert statuses(sign_in(strict, "wrong", address=f"10.0.{n}.1") for _ in range(4)) == [401] * 4
        assert sign_in(strict, MARIA["password"], address=f"10.0.{n}.1").status_code == 201


def test_a_client_signs_up_ten_times_an_hour_not_counting_typing_errors(strict):
    for _ in range(12):
        assert strict.send("POST", "/users", json={**MARIA, "password": "1234567890"}).status_code == 422
    answers = [strict.send("POST", "/users", json={**MARIA, "email": f"m{n}@example.org"}) for n in range(11)]
    assert statuses(answers) == [201] * 10 + [429]
    assert refused(answers[-1])


def test_resets_are_limited_by_client_and_by_address(strict):
    def ask(client: str, email: str):
        return strict.send("POST", "/password-resets", headers=from_(client), json={"email": email})

    assert statuses(ask(f"10.0.0.{n}", "maria@example.org") for n in range(4)) == [202] * 3 + [429]
    assert statuses(ask("10.9.9.9", f"m{n}@example.org") for n in range(6)) == [202] * 5 + [429]


def test_verification_mails_are_limited_by_user(strict):
    secret = strict.sign_up()
    answers = [strict.call("POST", "/users/me/verification", secret=secret) for _ in range(4)]
    assert statuses(answers) == [202] * 3 + [429]


def test_a_stolen_browser_guesses_the_password_five_times(strict):
    secret = strict.sign_up()
    wrong = {"current_password": "wrong", "new_password": "staple battery horse"}
    assert statuses(strict.call("POST", "/users/me/password", secret=secret, json=wrong) for _ in range(3)) == [422] * 3
    leaving = {"X-Current-Password": "wrong"}
    assert statuses(strict.call("DELETE", "/users/me", secret=secret, headers=leaving) for _ in range(3)) == [422, 422, 429]
    change = {"email": "eve@example.org", "current_password": MARIA["password"]}
    assert refused(strict.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json=change))


def test_links_are_limited_by_client(strict):
    answers = [strict.send("PUT", f"/email-verifications/guess{n}") for n in range(31)]
    assert statuses(answers) == [404] * 30 + [429]


def test_a_factor_widens_every_limit():
    limits, rule = MovingWindows(factor=3), Limit("some", 2, 60)
    for _ in range(6):
        limits.hit(rule, "maria")
    with pytest.raises(TooManyAttemptsError) as error:
        limits.hit(rule, "maria")
    assert 55 <= int(error.value.headers["Retry-After"]) <= 60
    limits.hit(rule, "somebody else")
    limits.forgive(rule, "maria")
    limits.hit(rule, "maria")
