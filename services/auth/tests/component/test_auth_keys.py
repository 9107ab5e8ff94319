"""Signing keys: created, rotated, published and dropped."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.runtime.problems import UnauthorizedError
from chassis.security.tokens import TokenVerifier

DAY = 86_400.0


def kid_of(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def published(auth) -> list[str]:
    answer = auth.send("GET", "/internal/jwks")
    assert answer.status_code == 200
    return [key["kid"] for key in answer.json()["keys"]]


def test_only_public_halves_are_published(auth):
    (key,) = auth.send("GET", "/internal/jwks").json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")
    assert auth.made.jwks() == {"keys": [key]}


def test_a_key_signs_until_rotated_also_after_a_restart(make_auth):
    auth = make_auth()
    secret = auth.sign_up()
    first = kid_of(auth.made.exchange(secret)[0]["auth"])
    assert kid_of(make_auth().made.exchange(secret)[0]["auth"]) == first
    assert published(auth) == [first]


def test_keys_are_published_before_and_after_they_sign(auth):
    secret = auth.sign_up()
    old_token = auth.made.exchange(secret)[0]["auth"]
    old = kid_of(old_token)
    auth.made.rotate()
    assert len(published(auth)) == 2
    assert kid_of(auth.made.exchange(secret)[0]["auth"]) == old
    auth.now.ahead = 121
    new_token = auth.made.exchange(secret)[0]["auth"]
    new = kid_of(new_token)
    assert new != old
    assert set(published(auth)) == {old, new}
    assert auth.made.verify(old_token)["sub"] == auth.made.verify(new_token)["sub"]
    auth.now.ahead = 121 + 3_600
    auth.made.service.clean_up()
    assert published(auth) == [new]


def test_a_verifier_with_old_keys_learns_the_new_one(auth):
    secret, tick = auth.sign_up(), [0.0]
    verify = TokenVerifier(auth.made.jwks, "auth", monotonic=lambda: tick[0])
    verify(auth.made.exchange(secret)[0]["auth"])
    auth.made.rotate()
    auth.now.ahead, tick[0] = 121, 121
    assert verify(auth.made.exchange(secret)[0]["auth"])


def test_no_token_is_refused_while_two_replicas_rotate_keys(make_auth):
    replicas = [make_auth(), make_auth()]
    for replica in replicas:
        replica.now.stopped_at = time.time() + DAY  # verifiers know the machine's time alone: no token may expire meanwhile
    secret, tick = replicas[0].sign_up(), [0.0]
    verifiers = [TokenVerifier(replica.made.jwks, "auth", monotonic=lambda: tick[0]) for replica in replicas]
    first = replicas[0].made.exchange(secret)[0]["auth"]
    signed_by: dict[float, set[str]] = {}
    for second in range(0, 300, 7):
        tick[0] = float(second)
        for replica in replicas:
            replica.now.ahead = second
        if second == 14:
            replicas[1].made.rotate()
        tokens = [replica.made.exchange(secret)[0]["auth"] for replica in replicas]
        signed_by[second] = {kid_of(token) for token in tokens}
        newcomer = TokenVerifier(replicas[0].made.jwks, "auth", monotonic=lambda: tick[0])
        for verify in (*verifiers, newcomer):
            assert all(verify(token)["sub"] for token in (*tokens, first))
    assert len(signed_by[133]) == 1, "published, and not in use"
    assert signed_by[0] == signed_by[133] != signed_by[294]
    assert len(signed_by[294]) == 1, "both replicas sign with the new one"


def test_keys_are_rotated_once_a_month(auth):
    auth.made.service.clean_up()
    first = published(auth)
    auth.now.ahead = 29 * DAY
    auth.made.service.clean_up()
    assert published(auth) == first
    auth.now.ahead = 31 * DAY
    auth.made.service.clean_up()
    auth.made.service.clean_up()
    assert len(published(auth)) == 2
    auth.now.ahead = 32 * DAY
    auth.made.service.clean_up()
    assert len(published(auth)) == 1
    assert published(auth) != first


def test_two_processes_that_start_together_have_one_key(make_auth):
    one, other = make_auth(), make_auth()
    answers = one.send_at_once(*(("GET", "/internal/jwks", {}),) * 4) + other.send_at_once(*(("GET", "/internal/jwks", {}),) * 4)
    assert len({json.dumps(answer.json()) for answer in answers}) == 1


@pytest.mark.parametrize("spoil", ["none", "other key", "audience", "expired"])
def test_a_token_that_was_tampered_with_is_refused(auth, spoil):
    secret = auth.sign_up()
    token = auth.made.exchange(secret)[0]["auth"]
    claims, kid = jwt.decode(token, options={"verify_signature": False}), kid_of(token)
    if spoil == "none":
        forged = jwt.encode(claims, "", algorithm="none", headers={"kid": kid})
    elif spoil == "other key":
        forged = jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": kid})
    else:
        ring = auth.documents.get("signing-keys").body["keys"][0]
        key = Ed25519PrivateKey.from_private_bytes(
            base64.urlsafe_b64decode(auth.encryptor.decrypt(ring["private"], f"signing-key:{ring['id']}") + "=")
        )
        changed = {**claims, "aud": "elsewhere"} if spoil == "audience" else {**claims, "exp": 1_000_000_000}
        forged = jwt.encode(changed, key, algorithm="EdDSA", headers={"kid": kid})
    with pytest.raises(UnauthorizedError):
        auth.made.verify(forged)
    assert auth.send("GET", "/users/me", headers={"Authorization": f"Bearer {forged}"}).status_code == 401


def test_a_wrong_secret_is_refused_in_process_as_over_http(auth):
    with pytest.raises(UnauthorizedError):
        auth.made.exchange("outlay_ses_wrong")
