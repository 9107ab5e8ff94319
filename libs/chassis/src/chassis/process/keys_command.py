"""The command `keys`: makes data keys, wraps them with Key Protect, and lists the configured ones."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from chassis.runtime.settings import SettingsError
from chassis.security.data_keys import GivenKey, KeySettings, WrappedKey, clear_keys
from chassis.security.encryption import KEY_BYTES, key_id_of
from chassis.security.key_protect import KeyProtectAddress


def add_keys_command(commands: Any) -> None:
    """Add the command to an argument parser's subcommands."""
    keys: argparse.ArgumentParser = commands.add_parser("keys", help="manage the keys that data are encrypted with")
    what = "print a new key, wrapped if OUTLAY_KEY_PROTECT is set; print the configured keys wrapped; list the configured keys"
    keys.add_argument("action", choices=["new", "wrap", "list"], help=what)


NEW_SIGNING_KEY = "new-signing-key"


def add_migrate_command(commands: Any, *, signs: bool = False) -> None:
    """Add `migrate` and what it can do instead to an argument parser's subcommands; `signs` says that tokens are signed there."""
    migrate: argparse.ArgumentParser = commands.add_parser("migrate", help="bring the store to the newest schema")
    what = "instead, rekey: encrypt everything with the first data key, while other processes work"
    if signs:
        what += f"; {NEW_SIGNING_KEY}: make a key that signs service tokens after two minutes; the old one stays valid for an hour"
    migrate.add_argument("what", nargs="?", choices=["rekey", *([NEW_SIGNING_KEY] if signs else [])], help=what)


def run_keys_command(settings: KeySettings, action: str, *, say: Callable[[str], None], given: Sequence[GivenKey] = ()) -> None:
    """Do what the action says with the keys of the settings, or else those `given`.

    Raises:
        SettingsError: if there are no keys, or no root key to wrap them.
        KeyProtectError: if a key cannot be wrapped or unwrapped.
    """
    keys = settings.data_keys or given
    if action == "new":
        say(_new(settings))
        return
    if not keys:
        raise SettingsError(["OUTLAY_DATA_KEY: is missing: the keys to work with"])
    clear = clear_keys(settings, keys)
    if action == "list":
        for number, (given_key, key) in enumerate(zip(keys, clear, strict=True)):
            kept = f"wrapped by root key {given_key.root}" if isinstance(given_key, WrappedKey) else "in plain text"
            say(f"{key_id_of(key)}\t{'decrypts' if number else 'encrypts and decrypts'}\t{kept}")
        return
    address = _address(settings)
    with address.client(settings.key_protect_apikey) as client:
        for given_key, key in zip(keys, clear, strict=True):
            say(str(given_key if isinstance(given_key, WrappedKey) else WrappedKey(address.root, client.wrap(address.root, key))))


def _new(settings: KeySettings) -> str:
    if settings.key_protect is None:
        return secrets.token_hex(KEY_BYTES)
    address = _address(settings)
    with address.client(settings.key_protect_apikey) as client:
        # It is made in Key Protect's own hardware, and nobody has seen it yet.
        return str(WrappedKey(address.root, client.wrap(address.root)))


def _address(settings: KeySettings) -> KeyProtectAddress:
    if settings.key_protect is None:
        raise SettingsError(["OUTLAY_KEY_PROTECT: is missing: the instance that wraps the keys"])
    if not settings.key_protect.root:
        raise SettingsError(["OUTLAY_KEY_PROTECT: needs &key=<id of the root key> to wrap with"])
    return settings.key_protect
