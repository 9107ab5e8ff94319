"""Data keys in settings: one per line, in clear or wrapped by Key Protect. The first encrypts, all decrypt."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chassis.runtime.settings import CommonSettings, SettingsError, setting
from chassis.security.encryption import KEY_BYTES, Encryptor
from chassis.security.key_protect import KeyProtectAddress, key_protect_address

_MADE_BY = "such as `outlay keys new` or `openssl rand -hex 32` prints"
_WHO_UNWRAPS = "OUTLAY_DATA_KEY: holds a wrapped key, so OUTLAY_KEY_PROTECT must name the instance that unwraps it"
_WRAPPED = re.compile(r"wrapped:([A-Za-z0-9-]{1,64}):([A-Za-z0-9+/=_-]+)")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key encrypted by a root key of Key Protect, which alone can unwrap it."""

    root: str
    ciphertext: str = field(repr=False)

    def __str__(self) -> str:
        return f"wrapped:{self.root}:{self.ciphertext}"


GivenKey = bytes | WrappedKey


def parse_keys(text: str) -> tuple[GivenKey, ...]:
    """Parse data keys; text after # is a comment. Raises ValueError with a sentence that contains no key."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    keys = tuple(
        _parse_key(word, number) for number, line in enumerate(lines, start=1) for word in re.split(r"[\s,]+", line) if word
    )
    if not keys:
        raise ValueError(f"must be 64 hex digits, {_MADE_BY}")
    if len(set(keys)) < len(keys):
        raise ValueError("has the same key twice; list each key once, first the one that encrypts")
    return keys


def _parse_key(word: str, line: int) -> GivenKey:
    wrapped = _WRAPPED.fullmatch(word)
    if wrapped:
        return WrappedKey(wrapped[1], wrapped[2])
    try:
        key = bytes.fromhex(word) if word.isascii() else b""
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"line {line} must be 64 hex digits, {_MADE_BY}, or wrapped:<root key>:<ciphertext>; one key per line")
    return key


@dataclass(frozen=True, kw_only=True)
class KeySettings(CommonSettings):
    """The settings about data keys."""

    data_keys: tuple[GivenKey, ...] = setting(
        "OUTLAY_DATA_KEY", "the data keys, one per line; the first encrypts, all decrypt", default=(), parse=parse_keys, secret=True
    )
    key_protect: KeyProtectAddress | None = setting(
        "OUTLAY_KEY_PROTECT",
        "what unwraps wrapped data keys: https://<region>.kms.cloud.ibm.com?instance=<id>",
        default=None,
        parse=key_protect_address,
    )
    key_protect_apikey: str = setting(
        "OUTLAY_KEY_PROTECT_APIKEY", "an IAM key with the role Reader on the root key", default="", secret=True
    )

    def problems(self) -> list[str]:
        problems = super().problems()
        if self.key_protect is None and any(isinstance(key, WrappedKey) for key in self.data_keys):
            problems.append(_WHO_UNWRAPS)
        if self.key_protect is not None and not self.key_protect_apikey:
            problems.append("OUTLAY_KEY_PROTECT: needs OUTLAY_KEY_PROTECT_APIKEY or OUTLAY_KEY_PROTECT_APIKEY_FILE")
        return problems


def encryptor_from(settings: KeySettings, *, file: Path | None = None) -> Encryptor:
    """Return the encryptor with the keys from the settings, unwrapped, or those in `file`, which is created if it is missing.

    Raises:
        KeyProtectError: if a key cannot be unwrapped.
        SettingsError: if the keys do not fit.
    """
    keys = settings.data_keys or (keys_in(file) if file else ())
    try:
        return Encryptor(*clear_keys(settings, keys))
    except ValueError as error:  # such as the same key twice, once wrapped
        raise SettingsError([f"OUTLAY_DATA_KEY: {error}"]) from error


def clear_keys(settings: KeySettings, keys: Sequence[GivenKey]) -> list[bytes]:
    """Return the keys in clear, unwrapped by Key Protect if needed. Raises KeyProtectError, SettingsError."""
    if not any(isinstance(key, WrappedKey) for key in keys):
        return [key for key in keys if isinstance(key, bytes)]
    if settings.key_protect is None:
        raise SettingsError([_WHO_UNWRAPS])
    with settings.key_protect.client(settings.key_protect_apikey) as client:
        return [key if isinstance(key, bytes) else client.unwrap(key.root, key.ciphertext) for key in keys]


def keys_in(path: Path) -> tuple[GivenKey, ...]:
    """Return the data keys in a file, which is created with one key, readable by its owner only.

    Raises:
        SettingsError: if they do not fit.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(KEY_BYTES) + "\n", "ascii")
        fresh.rename(path)
    try:
        return parse_keys(path.read_text("utf-8"))
    except ValueError as error:
        raise SettingsError([f"{path}: {error}"]) from error
