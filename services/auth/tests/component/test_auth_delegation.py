"""Delegated tokens, with which the assistant acts for its caller: for their data, and only while they are signed in."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.runtime.problems import UnauthorizedError


def tokens_of(auth, secret: str) -> dict[str, str]:
    return dict(auth.made.exchange(secret)[0])


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def delegated(auth, secret: str) -> str:
    return f"outlay_dlg_{tokens_of(auth, secret)['assistant']}"


def extension(auth, secret: str) -> str:
    return f"outlay_ext_{tokens_of(auth, secret)['extension']}"


def refused(auth, credential: str) -> None:
    with pytest.raises(UnauthorizedError):
        auth.made.exchange(credential)


def test_the_assistant_gets_its_own_token(auth) -> None:
    tokens = tokens_of(auth, auth.sign_up())
    assert claims_of(tokens["assistant"])["aud"] == "assistant"
    assert (claims_of(tokens["extension"])["aud"], claims_of(tokens["extension"])["scope"]) == ("extension", "read")


def test_a_delegated_token_opens_the_data_but_not_the_account(auth) -> None:
    secret = auth.sign_up()
    tokens = tokens_of(auth, delegated(auth, secret))
    assert set(tokens) == {"expenses", "budgets", "notifier"}
    assert {name: claims_of(token)["aud"] for name, token in tokens.items()} == {name: name for name in tokens}
    assert {claims_of(token)["sub"] for token in tokens.values()} == {claims_of(tokens_of(auth, secret)["auth"])["sub"]}


def test_a_delegated_token_is_not_accepted_by_auth(auth) -> None:
    for token in tokens_of(auth, delegated(auth, auth.sign_up())).values():
        assert auth.send("GET", "/users/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_delegated_token_yields_no_shared_token(auth) -> None:
    answer = auth.send("POST", "/internal/tokens", json={"secret": delegated(auth, auth.sign_up())})
    assert (answer.status_code, answer.json()["token"]) == (200, "")


def test_exchanged_tokens_expire_with_the_delegated_one(auth) -> None:
    auth.now.stopped_at = time.time()
    secret = auth.sign_up()
    credential = delegated(auth, secret)
    end = claims_of(credential.removeprefix("outlay_dlg_"))["exp"]
    auth.now.ahead = 100
    assert auth.made.exchange(credential)[1] == end
    assert claims_of(tokens_of(auth, credential)["expenses"])["exp"] == end
    auth.now.ahead = 121
    refused(auth, credential)


@pytest.mark.parametrize("scopes", [["read"], ["write"], ["read", "write"]])
def test_a_delegated_token_has_no_more_scopes_than_the_access_token(auth, scopes) -> None:
    token = auth.create_token(auth.sign_up(), scopes=scopes)["token"]
    assert claims_of(tokens_of(auth, delegated(auth, token))["expenses"])["scope"].split() == sorted(scopes)


def test_a_write_only_token_yields_no_token_for_watson(auth) -> None:
    token = auth.create_token(auth.sign_up(), scopes=["write"])["token"]
    assert "extension" not in tokens_of(auth, token)


@pytest.mark.parametrize("make", [delegated, extension])
def test_a_delegated_token_ends_with_the_session(auth, make) -> None:
    secret = auth.sign_up()
    credential = make(auth, secret)
    tokens_of(auth, credential)
    assert auth.call("DELETE", "/session", secret=secret).status_code == 204
    refused(auth, credential)


@pytest.mark.parametrize("make", [delegated, extension])
def test_a_delegated_token_ends_with_the_access_token(auth, make) -> None:
    secret = auth.sign_up()
    token = auth.create_token(secret)
    credential = make(auth, token["token"])
    tokens_of(auth, credential)
    assert auth.call("DELETE", f"/users/me/tokens/{token['id']}", secret=secret).status_code == 204
    refused(auth, credential)


def test_a_delegated_token_ends_with_the_account(auth) -> None:
    secret = auth.sign_up()
    credential = delegated(auth, secret)
    gone = auth.call("DELETE", "/users/me", secret=secret, headers={"X-Current-Password": "violet%20umbrella%20kitchen"})
    assert gone.status_code == 204
    refused(auth, credential)


@pytest.mark.parametrize("audience", ["auth", "expenses", "budgets", "notifier", "extension"])
def test_a_token_for_another_audience_delegates_nothing(auth, audience) -> None:
    refused(auth, f"outlay_dlg_{tokens_of(auth, auth.sign_up())[audience]}")


def test_a_shared_token_delegates_nothing(auth) -> None:
    shared = auth.send("POST", "/internal/tokens", json={"secret": auth.sign_up()}).json()["token"]
    refused(auth, f"outlay_dlg_{shared}")
    refused(auth, f"outlay_ext_{shared}")


def test_a_delegated_token_cannot_be_delegated_again(auth) -> None:
    for token in tokens_of(auth, delegated(auth, auth.sign_up())).values():
        refused(auth, f"outlay_dlg_{token}")


def test_watson_reaches_only_the_assistant_and_only_reads(auth) -> None:
    tokens = tokens_of(auth, extension(auth, auth.sign_up()))
    assert set(tokens) == {"assistant"}
    assert claims_of(tokens["assistant"])["scope"] == "read"
    onwards = tokens_of(auth, f"outlay_dlg_{tokens['assistant']}")
    assert {claims_of(token)["scope"] for token in onwards.values()} == {"read"}


def test_watson_cannot_use_a_token_for_the_assistant(auth) -> None:
    refused(auth, f"outlay_ext_{tokens_of(auth, auth.sign_up())['assistant']}")


def forged(token: str, **changes) -> list[str]:
    """Return the token with other claims: without a signature, with that of another key, and with its own."""
    header, _payload, signature = token.split(".")
    claims = {**claims_of(token), **changes}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    kid = jwt.get_unverified_header(token)["kid"]
    public = b"whatever is published, taken for a shared secret"
    return [
        f"{header}.{payload}.{signature}",
        jwt.encode(claims, None, algorithm="none", headers={"kid": kid}),
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": kid}),
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": "another"}),
        jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        jwt.encode(claims, public, algorithm="HS256", headers={"kid": kid}),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sub": "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"},
        {"exp": 4_000_000_000},
        {"scope": "read write"},
        {"aud": ["assistant", "auth"]},
    ],
)
def test_a_forged_token_delegates_nothing(auth, changes) -> None:
    good = tokens_of(auth, auth.sign_up())["assistant"]
    made = forged(good, **changes)
    for token in made if changes else made[1:]:
        refused(auth, f"outlay_dlg_{token}")


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "e30.e30.e30", "\u00fc.\u00fc.\u00fc", "a" * 1_900])
def test_text_that_is_not_a_token_delegates_nothing(auth, text) -> None:
    for prefix in ("outlay_dlg_", "outlay_ext_"):
        assert auth.send("POST", "/internal/tokens", json={"secret": prefix + text}).status_code == 401


def test_a_delegated_token_survives_a_key_rotation(auth) -> None:
    auth.now.stopped_at = time.time()
    secret = auth.sign_up()
    auth.made.rotate()
    auth.now.ahead = 119
    credential = delegated(auth, secret)
    auth.now.ahead = 125
    assert set(tokens_of(auth, credential)) == {"expenses", "budgets", "notifier"}
