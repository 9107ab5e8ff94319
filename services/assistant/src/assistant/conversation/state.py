"""What the next message needs: kept by the client, sealed for one session of one user, for an hour."""

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
"""As openapi.yaml has it."""
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that awaits a yes, and its card."""

    proposal: Proposal
    card: Block


@dataclass(frozen=True, slots=True)
class Made:
    """The last change, its card, and what undoes it."""

    action: str
    undo: Mapping[str, Any]
    card: Block


@dataclass(frozen=True, slots=True)
class State:
    """A talk so far. All of it is JSON."""

    language: str = ""
    pending: Pending | None = None
    made: Made | None = None
    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each assistant wants back, by its name."""


class ForgottenError(Exception):
    """A conversation that is too old, or of another user or session, or none at all."""


class TooMuchToKeepError(Exception):
    """A proposal that does not fit into a conversation."""


class States:
    """Seals and opens states."""

    def __init__(self, encryptor: Encryptor, now: Callable[[], float]) -> None:
        """`now` is the machine's time, in seconds since 1970."""
        self._encryptor, self._now = encryptor, now

    def sealed(self, state: State, person: Person) -> str:
        """Return a state as text that fits into the next message; what remembers only the topic goes first.

        Raises TooMuchToKeepError.
        """
        for attempt in (state, replace(state, memory={})):
            text = self._encryptor.encrypt(_packed({"at": int(self._now()), **_as_json(attempt)}), _place(person))
            if len(text) <= MOST_CHARACTERS:
                return text
        raise TooMuchToKeepError

    def opened(self, text: str, person: Person) -> State:
        """Return the state; raises ForgottenError."""
        try:
            values = _unpacked(self._encryptor.decrypt(text, _place(person)))
            age = self._now() - values["at"]
        except (DecryptionError, ValueError, KeyError, TypeError, zlib.error) as error:
            raise ForgottenError from error
        if not -LIFETIME_SECONDS < age <= LIFETIME_SECONDS:
            raise ForgottenError
        return _from_json(values)


def _place(person: Person) -> str:
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
