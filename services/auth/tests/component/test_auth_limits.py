"""Rate limits, and waits after failed sign-ins."""

from __future__ import annotations

import time

import limits.storage.memory
import pytest

from auth.errors import TooManyAttemptsError
from auth.rate_limits.counting import LocalRateLimits
from auth.rate_limits.failed_sign_ins import FIRST_WAIT, FREE_FAILURES, GUARD_SECONDS, LONGEST_WAIT, MOST_FAILURES, FailedSignIns
from auth.rate_limits.limits import Limit
from auth.rate_limits.network import network_of
from support.auth_service import secret_in
from testing.slow_motion import call_together

RESET = "user.password_reset_requested"
MARIA = {"email": "maria@example.org", "password": "violet umbrella kitchen", "name": "Maria"}


@pytest.fixture
def strict(make_auth):
    return make_auth(factor=1)


def from_(address: str) -> dict:
    return {"X-Forwarded-For": address}


def sign_in(auth, password: str, *, address: str = "10.0.0.1", email: str = MARIA["email"]):
    return auth.send("POST", "/session", headers=from_(address), json={"email": email, "password": password})


def statuses(answers) -> list[int]:
    return [answer.status_code for answer in answers]


def mails_of(auth) -> list[str]:
    return [event.type for event in auth.events()]


def signed_up(auth) -> str:
    auth.send("POST", "/users", headers=from_("10.7.7.7"), json=MARIA)
    return auth.emailed_token("user.verification_requested")


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


def test_a_network_waits_longer_after_each_failure(auth):
    failures = FailedSignIns(store=auth.document_store(), blind_index=str, now=auth.now)
    for _ in range(FREE_FAILURES):
        failures.check("maria", "10.0.0.1", known=False)
        failures.record("maria", "10.0.0.1", known=False)
    waits = []
    for _ in range(10):
        with pytest.raises(TooManyAttemptsError) as error:
            failures.check("maria", "10.0.0.1", known=False)
        waits.append(int(error.value.headers["Retry-After"]))
        auth.now.ahead += waits[-1] + 1
        failures.check("maria", "10.0.0.1", known=False)
        failures.record("maria", "10.0.0.1", known=False)
    expected = [min(FIRST_WAIT * 2**n, LONGEST_WAIT) for n in range(10)]
    assert all(abs(wait - right) <= 2 for wait, right in zip(waits, expected, strict=True))


def test_failures_from_one_network_lock_nobody_out_elsewhere(strict):
    strict.sign_up()
    assert statuses(sign_in(strict, "wrong") for _ in range(6)) == [401] * 5 + [429]
    assert sign_in(strict, MARIA["password"], address="10.0.1.9").status_code == 201


def test_failures_from_many_networks_spare_the_owners_network(strict):
    strict.send("POST", "/users", headers=from_("10.7.7.7"), json=MARIA)
    answers = statuses(sign_in(strict, "wrong", address=f"10.0.{n}.1") for n in range(MOST_FAILURES + 3))
    assert answers == [401] * MOST_FAILURES + [429] * 3
    assert refused(sign_in(strict, MARIA["password"], address="10.8.8.8"))
    assert sign_in(strict, MARIA["password"], address="10.7.7.7").status_code == 201


def test_the_guard_over_all_networks_ends_after_an_hour(strict):
    strict.sign_up()
    for n in range(MOST_FAILURES + 1):
        sign_in(strict, "wrong", address=f"10.0.{n}.1")
    strict.now.ahead += GUARD_SECONDS + 1
    assert sign_in(strict, MARIA["password"], address="10.8.8.8").status_code == 201


def test_an_unknown_address_has_the_same_limits(strict):
    strict.send("POST", "/users", headers=from_("10.7.7.7"), json=MARIA)

    def answers(email: str) -> list[tuple[int, bytes]]:
        tried = [sign_in(strict, "wrong", address=f"10.0.{n // 6}.{len(email)}", email=email) for n in range(40)]
        return [(answer.status_code, answer.json()["title"]) for answer in tried]

    assert answers("nobody@example.org") == answers(MARIA["email"])


def test_a_completed_reset_lifts_the_wait_and_the_guard(strict):
    strict.sign_up()
    assert statuses(sign_in(strict, "wrong") for _ in range(6))[-1] == 429
    strict.send("POST", "/password-resets", json={"email": MARIA["email"]})
    link = strict.emailed_token("user.password_reset_requested")
    assert strict.send("PUT", f"/password-resets/{link}", json={"password": "seven paper lanterns"}).status_code == 204
    assert sign_in(strict, "seven paper lanterns").status_code == 201


def test_two_replicas_count_failed_sign_ins_together(make_auth):
    one, other = make_auth(factor=1), make_auth(factor=1)
    one.sign_up()
    assert statuses(sign_in(one, "wrong") for _ in range(3)) == [401] * 3
    assert statuses(sign_in(other, "wrong") for _ in range(3)) == [401, 401, 429]
    assert refused(sign_in(one, MARIA["password"]))


def test_two_replicas_count_sign_ups_and_resets_together(make_auth):
    replicas = [make_auth(factor=1), make_auth(factor=1)]
    ups = [replicas[n % 2].send("POST", "/users", json={**MARIA, "email": f"m{n}@example.org"}) for n in range(11)]
    assert statuses(ups) == [201] * 10 + [429]
    asked = [replicas[n % 2].send("POST", "/password-resets", json={"email": "m1@example.org"}) for n in range(4)]
    assert statuses(asked) == [202] * 4
    assert mails_of(replicas[0]).count(RESET) == 2, "the sign-up had the first of three a day"


def test_the_addresses_of_one_ipv6_network_are_one_client(strict):
    answers = [sign_in(strict, "x", address=f"2001:db8:1:2:{n:x}::1", email=f"nobody{n}@example.org") for n in range(11)]
    assert statuses(answers) == [401] * 10 + [429]
    assert sign_in(strict, "x", address="2001:db8:1:3::1").status_code == 401


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::FFFF:0a00:0001", "10.0.0.1"),
        ("2001:DB8:0:0:1::5", "2001:db8::/64"),
        ("2001:db8::ffff", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("", ""),
    ],
)
def test_each_network_has_one_spelling(client, network):
    assert network_of(client) == network


def test_a_sign_in_clears_the_failures(strict):
    strict.sign_up()
    for n in range(3):
        assert statuses(sign_in(strict, "wrong", address=f"10.0.{n}.1") for _ in range(4)) == [401] * 4
        assert sign_in(strict, MARIA["password"], address=f"10.0.{n}.1").status_code == 201


def test_a_client_signs_up_ten_times_an_hour(strict):
    for _ in range(12):
        assert strict.send("POST", "/users", json={**MARIA, "password": "1234567890"}).status_code == 422
    answers = [strict.send("POST", "/users", json={**MARIA, "email": f"m{n}@example.org"}) for n in range(11)]
    assert statuses(answers) == [201] * 10 + [429]
    assert refused(answers[-1])


def test_resets_are_limited_by_client_and_by_address(strict):
    def ask(client: str, email: str):
        return strict.send("POST", "/password-resets", headers=from_(client), json={"email": email})

    strict.send("PUT", f"/email-verifications/{signed_up(strict)}")
    assert statuses(ask(f"10.0.0.{n}", "maria@example.org") for n in range(5)) == [202] * 5
    assert mails_of(strict).count(RESET) == 3, "the link that was mailed last still works"
    assert statuses(ask("10.9.9.9", f"m{n}@example.org") for n in range(6)) == [202] * 5 + [429]


def test_verification_emails_are_limited_by_user(strict):
    secret = strict.sign_up()
    answers = [strict.call("POST", "/users/me/verification", secret=secret) for _ in range(4)]
    assert statuses(answers) == [202] * 2 + [429] * 2


def test_an_unverified_address_gets_three_emails_a_day(strict):
    signed_up(strict)
    for n in range(5):
        assert (
            strict.send("POST", "/password-resets", headers=from_(f"10.3.{n}.1"), json={"email": MARIA["email"]}).status_code == 202
        )
    (first, *more) = [event.data["name"] for event in strict.events() if event.type == RESET]
    assert (first, len(more)) == ("", 1)


def test_addresses_that_differ_after_a_plus_share_a_limit(strict):
    answers = [strict.send("POST", "/users", json={**MARIA, "email": f"maria+{n}@example.org"}) for n in range(4)]
    assert statuses(answers) == [201] * 3 + [429]


def test_signing_up_with_a_taken_address_spends_no_emails(strict):
    secret = strict.sign_up(email="maria@example.org")
    tried = [strict.send("POST", "/users", headers=from_(f"10.6.{n}.1"), json=MARIA) for n in range(6)]
    assert statuses(tried) == [409] * 6
    assert strict.call("POST", "/users/me/verification", secret=secret).status_code == 202


def test_a_sign_up_over_the_email_limit_frees_the_address(strict):
    for n in range(3):
        strict.send("POST", "/users", headers=from_(f"10.6.{n}.1"), json={**MARIA, "email": f"maria+{n}@example.org"})
    assert refused(strict.send("POST", "/users", json=MARIA))
    assert [kind for kind, _user in strict.rows()].count("email") == 3


def test_address_changes_send_a_limited_number_of_emails(strict):
    secret = strict.sign_up()

    def change(n: int):
        version = strict.call("GET", "/users/me", secret=secret).headers["ETag"]
        body = {"email": f"victim{n}@example.org", "current_password": MARIA["password"]}
        return strict.call("PATCH", "/users/me", secret=secret, headers={"If-Match": version}, json=body)

    assert statuses(change(n) for n in range(24)) == [200] * 3 + [429] * 21


def test_a_mailbox_gets_few_emails_from_any_number_of_accounts(strict):
    def change(n: int):
        secret = strict.sign_up(email=f"m{n}@example.org")
        body = {"email": "victim@example.org", "current_password": MARIA["password"]}
        return strict.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"', **from_(f"10.0.{n}.1")}, json=body)

    assert statuses(change(n) for n in range(7)) == [200] * 3 + [429] * 4


def test_a_network_sends_twenty_emails_an_hour(strict):
    secrets = [
        secret_in(strict.send("POST", "/users", headers=from_(f"10.1.{n}.1"), json={**MARIA, "email": f"m{n}@example.org"}))
        for n in range(12)
    ]
    asked = [
        strict.call("POST", "/users/me/verification", secret=secret, headers=from_("10.5.5.5"))
        for secret in secrets
        for _ in range(2)
    ]
    assert statuses(asked) == [202] * 20 + [429] * 4


def test_a_session_can_try_the_password_five_times(strict):
    secret = strict.sign_up()
    wrong = {"current_password": "wrong", "new_password": "seven paper lanterns"}
    assert statuses(strict.call("POST", "/users/me/password", secret=secret, json=wrong) for _ in range(3)) == [422] * 3
    leaving = {"X-Current-Password": "wrong"}
    assert statuses(strict.call("DELETE", "/users/me", secret=secret, headers=leaving) for _ in range(3)) == [422, 422, 429]
    change = {"email": "eve@example.org", "current_password": MARIA["password"]}
    assert refused(strict.call("PATCH", "/users/me", secret=secret, headers={"If-Match": '"1"'}, json=change))


def test_links_are_limited_by_client(strict):
    answers = [strict.send("PUT", f"/email-verifications/guess{n}") for n in range(31)]
    assert statuses(answers) == [404] * 30 + [429]


def test_the_factor_multiplies_every_limit():
    counted, rule = LocalRateLimits(factor=3), Limit("some", 2, 60)
    for _ in range(6):
        counted.hit(rule, "maria")
    with pytest.raises(TooManyAttemptsError) as error:
        counted.hit(rule, "maria")
    assert 55 <= int(error.value.headers["Retry-After"]) <= 60
    counted.hit(rule, "somebody else")
    counted.clear(rule, "maria")
    counted.hit(rule, "maria")


def test_attempts_at_the_same_moment_are_all_counted():
    counted, rule = LocalRateLimits(), Limit("some", 8, 60)
    time.sleep(0.05)  # then the timer of the library's storage has ended, and the next attempt starts it again
    call_together(lambda: counted.hit(rule, "maria"), threads=8, slow=limits.storage.memory)
    with pytest.raises(TooManyAttemptsError):
        counted.hit(rule, "maria")
