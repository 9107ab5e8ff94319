"""Wrapped data keys are unwrapped at the start by a server with Key Protect's API; each failure is explained."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from chassis.process.keys_command import run_keys_command
from chassis.runtime.settings import SettingsError, read_settings
from chassis.security.data_keys import KeySettings, encryptor_from, parse_keys
from chassis.security.encryption import Encryptor, key_id_of
from chassis.security.key_protect import KeyProtectError
from testing.servers.certificates import write_certificates
from testing.servers.keyprotect import APIKEY, KeyProtectServer, key_protect_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLEAR = b"c" * 32


@pytest.fixture
def server() -> Iterator[KeyProtectServer]:
    with key_protect_server() as server:
        yield server


def settings(server: KeyProtectServer, *keys: str, **options: str) -> KeySettings:
    given = {"OUTLAY_DATA_KEY": "\n".join(keys)} if keys else {}
    return read_settings(KeySettings, {**server.environ(**options), **given})


def said(settings: KeySettings, action: str) -> list[str]:
    lines: list[str] = []
    run_keys_command(settings, action, say=lines.append)
    return lines


def a_wrapped_key(server: KeyProtectServer) -> str:
    (line,) = said(settings(server), "new")
    assert line.startswith(f"wrapped:{server.root}:")
    return line


def test_a_new_wrapped_key_still_decrypts_after_a_restart(server: KeyProtectServer) -> None:
    wrapped = a_wrapped_key(server)
    sealed = encryptor_from(settings(server, wrapped)).encrypt("x", "place")
    assert encryptor_from(settings(server, wrapped)).decrypt(sealed, "place") == "x"


def test_wrapped_and_clear_keys_mix_and_one_token_serves_all(server: KeyProtectServer) -> None:
    first, second = a_wrapped_key(server), a_wrapped_key(server)
    before = server.tokens
    encryptor = encryptor_from(settings(server, first, CLEAR.hex(), second))
    assert encryptor.decrypt(Encryptor(CLEAR).encrypt("x", "place"), "place") == "x"
    assert len(encryptor.key_ids) == 3
    assert encryptor.key_ids[1] == key_id_of(CLEAR)
    assert server.tokens == before + 1


def test_a_key_in_clear_is_wrapped_and_stays_the_same_key(server: KeyProtectServer) -> None:
    (line,) = said(settings(server, CLEAR.hex()), "wrap")
    assert CLEAR.hex() not in line
    assert encryptor_from(settings(server, line)).key_ids == (key_id_of(CLEAR),)
    assert said(settings(server, line), "wrap") == [line]
    assert said(settings(server, line), "list") == [f"{key_id_of(CLEAR)}\tencrypts and decrypts\twrapped by root key {server.root}"]
    with pytest.raises(SettingsError, match="two of the data keys are the same"):
        encryptor_from(settings(server, line, CLEAR.hex()))


def test_clear_keys_need_no_server(server: KeyProtectServer) -> None:
    assert encryptor_from(settings(server, CLEAR.hex())).key_ids == (key_id_of(CLEAR),)
    assert (server.tokens, server.asked) == (0, [])


def test_a_revoked_token_is_requested_again(server: KeyProtectServer) -> None:
    (key,) = parse_keys(a_wrapped_key(server))
    given = settings(server)
    assert given.key_protect is not None
    with given.key_protect.client(APIKEY) as client:
        client.unwrap(key.root, key.ciphertext)
        server.token = "revoked"
        before = server.tokens
        client.unwrap(key.root, key.ciphertext)
        assert server.tokens == before + 1


def test_a_busy_server_is_asked_again(server: KeyProtectServer) -> None:
    wrapped = a_wrapped_key(server)
    server.failures = [503]
    assert encryptor_from(settings(server, wrapped)).key_ids


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda server: setattr(server, "apikey", "another"), r"IAM at .* refuses OUTLAY_KEY_PROTECT_APIKEY \(400\)"),
        (lambda server: setattr(server, "forbidden", True), r"does not let this API key unwrap .* needs the role Reader"),
        (lambda server: server.roots.clear(), r"has no root key .* is the id right"),
        (lambda server: server.gone.update(server.roots), r"disabled or deleted \(410\)"),
        (lambda server: server.roots.update({server.root: server.roots[server.add_root()]}), r"of another root key, or changed"),
        (lambda server: setattr(server, "failures", [503] * 3), r"answers 503; try again in a moment"),
        (lambda server: setattr(server, "answer", b"<html>"), r"does not answer like Key Protect"),
        (lambda server: setattr(server, "answer", b'{"plaintext": "c2hvcnQ="}'), r"not a data key of 32 bytes"),
        (lambda server: setattr(server, "hangs", True), r"Key Protect at .* does not answer \(ReadTimeout\)"),
    ],
    ids=["API key", "role", "unknown", "deleted", "other root", "busy", "other server", "short", "hangs"],
)
def test_each_failure_has_a_sentence_without_a_secret(server: KeyProtectServer, spoil, sentence) -> None:
    wrapped = a_wrapped_key(server)
    given = settings(server, wrapped, seconds="0.3")
    spoil(server)
    began = time.monotonic()
    with pytest.raises(KeyProtectError, match=sentence) as caught:
        encryptor_from(given)
    assert time.monotonic() - began < 5
    assert not any(secret in str(caught.value) for secret in (APIKEY, wrapped.split(":")[2], server.token))


def test_an_unreachable_server_is_explained() -> None:
    with key_protect_server() as server:
        wrapped, given = a_wrapped_key(server), settings(server)
    with pytest.raises(KeyProtectError, match=r"IAM at 127\.0\.0\.1:\d+ does not answer \(ConnectionError\)"):
        encryptor_from(read_settings(KeySettings, {**server.environ(), "OUTLAY_DATA_KEY": wrapped}))
    assert given.data_keys == ()


def test_over_tls_the_authority_must_be_known(tmp_path: Path) -> None:
    write_certificates(tmp_path)
    with key_protect_server(tmp_path) as server:
        trusting = settings(server, ca=str(tmp_path / "ca.pem"))
        (wrapped,) = said(trusting, "new")
        assert encryptor_from(settings(server, wrapped, ca=str(tmp_path / "ca.pem"))).key_ids
        with pytest.raises(KeyProtectError, match="certificate that is not trusted; name its CA file with ca="):
            encryptor_from(settings(server, wrapped))


def test_nothing_secret_is_logged(server: KeyProtectServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        wrapped = a_wrapped_key(server)
        encryptor_from(settings(server, wrapped))
    (key,) = parse_keys(wrapped)
    status, told = server.act(key.root, "unwrap", {"ciphertext": key.ciphertext})
    assert status == 200
    for secret in (APIKEY, server.token, told["plaintext"], base64.b64decode(told["plaintext"]).hex(), key.ciphertext):
        assert secret not in caplog.text


def test_a_service_needs_its_wrapped_keys_to_be_unwrapped(server: KeyProtectServer, tmp_path: Path) -> None:
    environ = {
        **os.environ,
        **server.environ(),
        "OUTLAY_DATA_KEY": a_wrapped_key(server),
        "AUTH_STORE": f"sqlite:///{tmp_path}/auth.db",
    }

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "auth", *arguments], env=environ, check=False, capture_output=True, text=True)

    assert command("migrate").returncode == 0
    server.forbidden = True
    refused = command("migrate", "rekey")
    assert refused.returncode == 1
    assert "needs the role Reader" in refused.stderr
    assert "Traceback" not in refused.stderr
