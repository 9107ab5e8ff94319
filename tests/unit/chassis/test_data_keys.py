"""Data keys and what they encrypt."""

from __future__ import annotations

import base64
import secrets
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.process.keys_command import run_keys_command
from chassis.runtime.settings import SettingsError, read_settings
from chassis.security.data_keys import KeySettings, WrappedKey, encryptor_from, keys_in, parse_keys
from chassis.security.encryption import DecryptionError, Encryptor, UnknownKeyError, key_id_of

OLD, NEW = b"o" * 32, b"n" * 32
ASSOCIATED_DATA = "email:1"


def encrypted_by_the_first_version(text: str, key: bytes) -> str:
    """Encrypt as the first version did: without associated data."""
    cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=b"outlay seal").derive(key))
    nonce, key_id = secrets.token_bytes(12), key_id_of(key)
    raw = nonce + cipher.encrypt(nonce, text.encode(), key_id.encode())
    return f"v1.{key_id}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def test_decryption_needs_the_same_key_and_the_same_associated_data() -> None:
    encryptor, other = Encryptor(OLD), Encryptor(NEW)
    ciphertext = encryptor.encrypt("maria@example.org", ASSOCIATED_DATA)
    assert "maria" not in ciphertext
    assert ciphertext != encryptor.encrypt("maria@example.org", ASSOCIATED_DATA)
    assert encryptor.decrypt(ciphertext, ASSOCIATED_DATA) == "maria@example.org"
    with pytest.raises(DecryptionError):
        encryptor.decrypt(ciphertext, "email:2")
    for wrong in (
        ciphertext[:-2] + "AA",
        other.encrypt("x", ASSOCIATED_DATA),
        ciphertext.replace("v2.", "v1."),
        ciphertext.replace("v2.", "v3."),
        "v2.x",
        "",
    ):
        with pytest.raises(DecryptionError):
            encryptor.decrypt(wrong, ASSOCIATED_DATA)


def test_the_first_key_encrypts_and_all_decrypt() -> None:
    before, between, after = Encryptor(OLD), Encryptor(OLD, NEW), Encryptor(NEW, OLD)
    ciphertext = before.encrypt("x", ASSOCIATED_DATA)
    assert between.decrypt(ciphertext, ASSOCIATED_DATA) == after.decrypt(ciphertext, ASSOCIATED_DATA) == "x"
    assert between.encrypt("x", ASSOCIATED_DATA).startswith(f"v2.{key_id_of(OLD)}.")
    assert after.encrypt("x", ASSOCIATED_DATA).startswith(f"v2.{key_id_of(NEW)}.")
    assert after.is_signed(b"cursor", before.sign(b"cursor"))
    assert not Encryptor(NEW).is_signed(b"cursor", before.sign(b"cursor"))


def test_a_reencrypted_value_no_longer_needs_the_old_key() -> None:
    ring = Encryptor(NEW, OLD)
    renewed = ring.reencrypt(Encryptor(OLD).encrypt("x", ASSOCIATED_DATA), ASSOCIATED_DATA)
    assert Encryptor(NEW).decrypt(renewed, ASSOCIATED_DATA) == "x"
    assert ring.reencrypt(renewed, ASSOCIATED_DATA) == renewed


def test_a_value_of_the_first_version_is_read_and_reencrypted() -> None:
    encryptor = Encryptor(OLD)
    former = encrypted_by_the_first_version("x", OLD)
    assert encryptor.decrypt(former, ASSOCIATED_DATA) == "x"
    renewed = encryptor.reencrypt(former, ASSOCIATED_DATA)
    with pytest.raises(DecryptionError):
        encryptor.decrypt(renewed, "email:2")


def test_a_missing_key_is_named_with_what_to_do() -> None:
    with pytest.raises(
        UnknownKeyError, match=rf"{key_id_of(OLD)}, which is not configured.*{key_id_of(NEW)}.*put it back into OUTLAY_DATA_KEY"
    ):
        Encryptor(NEW).decrypt(Encryptor(OLD).encrypt("x", ASSOCIATED_DATA), ASSOCIATED_DATA)


def test_the_key_file_is_created_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "data.key"
    assert keys_in(path) == keys_in(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_are_one_a_line_with_comments() -> None:
    text = f"# made in November\n{NEW.hex()}  # seals\n\nwrapped:0a-1b:c2VjcmV0\n{OLD.hex()}\n"
    assert parse_keys(text) == (NEW, WrappedKey("0a-1b", "c2VjcmV0"), OLD)
    assert parse_keys(f"{NEW.hex()},{OLD.hex()}") == (NEW, OLD)


def test_new_keys_are_printed_and_existing_ones_listed() -> None:
    lines: list[str] = []
    run_keys_command(KeySettings(), "new", say=lines.append)
    run_keys_command(KeySettings(), "list", say=lines.append, given=parse_keys(f"{lines[0]}\n{OLD.hex()}"))
    assert lines[1:] == [
        f"{key_id_of(bytes.fromhex(lines[0]))}\tencrypts and decrypts\tin plain text",
        f"{key_id_of(OLD)}\tdecrypts\tin plain text",
    ]
    with pytest.raises(SettingsError, match="OUTLAY_KEY_PROTECT: is missing"):
        run_keys_command(KeySettings(), "wrap", say=lines.append, given=parse_keys(OLD.hex()))
    with pytest.raises(SettingsError, match="OUTLAY_DATA_KEY: is missing"):
        run_keys_command(KeySettings(), "list", say=lines.append)


@pytest.mark.parametrize("text", ["", "# none\n", "zz" * 32, "ab" * 31, f"{'ab' * 32}\nwrapped:", "é" * 64])
def test_data_keys_of_the_wrong_form_are_refused_with_how_to_make_one(text: str) -> None:
    with pytest.raises(ValueError, match="openssl rand -hex 32") as caught:
        parse_keys(text)
    assert "ab" * 31 not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"OUTLAY_DATA_KEY": f"{OLD.hex()} {OLD.hex()}"}, "has the same key twice"),
        ({"OUTLAY_DATA_KEY": "wrapped:root:c2VjcmV0"}, "OUTLAY_KEY_PROTECT must name the instance that unwraps it"),
        ({"OUTLAY_KEY_PROTECT": "https://eu-de.kms.cloud.ibm.com?instance=i"}, "needs OUTLAY_KEY_PROTECT_APIKEY"),
        ({"OUTLAY_KEY_PROTECT": "http://eu-de.kms.cloud.ibm.com?instance=i"}, "must be https://"),
        ({"OUTLAY_KEY_PROTECT": "https://eu-de.kms.cloud.ibm.com"}, "must be https://<region>"),
        ({"OUTLAY_KEY_PROTECT": "https://kms.example?instance=i&sercet=x"}, "unknown option sercet"),
        ({"OUTLAY_KEY_PROTECT": "https://kms.example?instance=i&iam=http://iam.example"}, "would send the API key unencrypted"),
        ({"OUTLAY_KEY_PROTECT": "https://kms.example?instance=i&ca=/nowhere.pem"}, "certificate that is not a file"),
        ({"OUTLAY_KEY_PROTECT": "https://kms.example?instance=i&seconds=soon"}, "seconds above 0"),
    ],
)
def test_invalid_settings_are_refused_with_a_sentence(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read_settings(KeySettings, given)


def test_a_damaged_key_file_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "data.key"
    path.write_text("no key")
    with pytest.raises(SettingsError, match=r"data\.key: line 1 must be 64 hex digits"):
        encryptor_from(KeySettings(), file=path)
