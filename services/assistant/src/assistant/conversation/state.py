"""The state of a conversation: kept by the client, encrypted for one session of one user, valid for an hour."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.conversation.model import Block, Proposal
from assistant.person import Person
from chassis.security.encryption import DecryptionError, Encryptor

LIFETIME_SECONDS = 3_600
MOST_CHARACTERS = 20_000
"""The limit in openapi.yaml."""
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A proposed change that waits for confirmation, and its card."""

    proposal: Proposal
    card: Block


@dataclass(frozen=True, slots=True)
class Made:
    """The last change that was made, its card, and what undoes it."""

    action: str
    undo: Mapping[str, Any]
    card: Block


@dataclass(frozen=True, slots=True)
class State:
    """What the next message needs to know. All values are JSON."""

    language: str = ""
    pending: Pending | None = None
    made: Made | None = None
    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each assistant wants back, by its name."""

    @property
    def undoable(self) -> Made | None:
        """The last change, if it can be undone."""
        return self.made if self.made and self.made.undo else None


class UnreadableStateError(Exception):
    """The state is too old, belongs to another user or session, or is not a state at all."""


class StateTooLargeError(Exception):
    """The state has too many characters for a message."""


class StateCipher:
    """Encrypts and decrypts states."""

    def __init__(self, encryptor: Encryptor, now: Callable[[], float]) -> None:
        """`now` is the time in seconds since 1970."""
        self._encryptor, self._now = encryptor, now

    def encrypt(self, state: State, person: Person) -> str:
        """Return a state as text for the next message, without the assistants' memory if that would be too long.

        Raises StateTooLargeError.
        """
        for attempt in (state, replace(state, memory={})):
            text = self._encryptor.encrypt(_packed({"at": int(self._now()), **_as_json(attempt)}), _associated_data(person))
            if len(text) <= MOST_CHARACTERS:
                return text
        raise StateTooLargeError

    def decrypt(self, text: str, person: Person) -> State:
        """Return the state; raises UnreadableStateError."""
        try:
            values = _unpacked(self._encryptor.decrypt(text, _associated_data(person)))
            age = self._now() - values["at"]
        except (DecryptionError, ValueError, KeyError, TypeError, zlib.error) as error:
            raise UnreadableStateError from error
        if not -LIFETIME_SECONDS < age <= LIFETIME_SECONDS:
            raise UnreadableStateError
        return _from_json(values)


def _associated_data(person: Person) -> str:
    return f"conversation:{person.user_id}:{person.session_id}"


def _packed(values: Mapping[str, Any]) -> str:
    raw = json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.b85encode(zlib.compress(raw)).decode()


def _unpacked(text: str) -> dict[str, Any]:
    values = json.loads(zlib.decompressobj().decompress(base64.b85decode(text), _MOST_BYTES))
    return dict(values)


def _as_json(state: State) -> dict[str, Any]:
    pending, made = state.pending, state.made
    proposal = pending.proposal if pending else None
    return {
        "language": state.language,
        "proposal": [proposal.id, proposal.action, dict(proposal.parameters)] if proposal else None,
        "card": dict(pending.card) if pending else None,
        "made": [made.action, dict(made.undo), dict(made.card)] if made else None,
        "memory": {name: dict(values) for name, values in state.memory.items()},
    }


def _from_json(values: Mapping[str, Any]) -> State:
    return State(
        language=values["language"],
        pending=Pending(Proposal(*values["proposal"]), values["card"]) if values["proposal"] else None,
        made=Made(*values["made"]) if values["made"] else None,
        memory=values["memory"],
    )
