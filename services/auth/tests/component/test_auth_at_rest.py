"""What is not in the stored file."""

from __future__ import annotations

import base64


def test_the_file_contains_no_address_password_or_secret(auth):
    secret = auth.sign_up()
    token = auth.create_token(secret)["token"]
    service_token = auth.made.exchange(token)[0]["auth"]
    auth.request_reset()
    claimed = auth.made.service.outbox.claim(100)
    mailed = [auth.decrypted_token(event) for event in claimed if "token" in event.data]
    assert len(mailed) == 2
    signing_key = auth.documents.get("signing-keys").body["keys"][0]
    private = auth.encryptor.decrypt(signing_key["private"], f"signing-key:{signing_key['id']}")
    raw = b"".join(path.read_bytes() for path in auth.path.parent.glob("auth.db*"))
    assert b"outlay:event:user.registered" in raw
    for hidden in (
        "maria@example",
        "Maria@Example",
        "violet umbrella",
        secret,
        secret[11:],
        token,
        token[11:],
        service_token,
        private,
        *mailed,
    ):
        assert hidden.encode() not in raw
        assert base64.b64encode(hidden.encode()).rstrip(b"=") not in raw


def test_no_repr_contains_a_secret(auth):
    auth.sign_up()
    user = auth.documents.get(f"user:{auth.sign_in().json()['id']}")
    assert "password_hash" not in repr(user)
