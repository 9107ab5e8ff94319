"""What the rules need from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from auth.store.document import Document, PendingEvent

Clock = Callable[[], datetime]
"""The moment that people are shown, in UTC; a test may set it to another year."""
Now = Callable[[], float]
"""The machine's time in seconds since 1970: what expires, expires by it."""
Ids = Callable[[], str]
Announce = Callable[[str, str, Mapping[str, Any]], PendingEvent]
"""(type, subject, data) -> the event as it is stored in a document."""
KnownLocale = Callable[[str], bool]


class Documents(Protocol):
    """A store of documents without transactions over several of them, such as CouchDB.

    Methods raise when it is out of reach, or when it cannot tell yet which of two saves at the same moment stands.
    """

    def get(self, document_id: str) -> Document | None:
        """Return a document as it was last saved."""

    def save(self, document: Document) -> Document:
        """Store a new document, or the next revision of one; return it with its new revision.

        A document with events that no relay has leased wakes the relay.

        Raises:
            RevisionConflictError: if it was saved, deleted or (without a revision) made by somebody else meanwhile.
        """

    def save_all(self, documents: Sequence[Document]) -> list[Document]:
        """Save several, each by itself; return those that were saved, with their new revisions.

        One that is left out was changed meanwhile, as a rule: an answer that got lost on its way leaves out what was saved.
        """

    def delete(self, document: Document) -> None:
        """Remove this revision of a document. Raises RevisionConflictError like `save`."""

    def expired(self, now: float, *, limit: int) -> list[Document]:
        """Return documents whose `expires_at` is before `now`, earliest first."""

    def pending(self, *, limit: int) -> list[Document]:
        """Return documents with events to send, the one that waits longest first; none whose saves are not settled yet."""

    def check(self) -> None:
        """Raise if the store is out of reach."""


class Store(Documents, Protocol):
    """Documents, as whoever owns the store sees them."""

    def settle(self) -> int:
        """Settle saves at the same moment whose processes died before they did; return how many documents that were."""

    def behind(self, document_id: str, *, limit: int) -> list[Document]:
        """Return documents of any kind whose ids come after this one, in an order of ids that is the store's own."""

    def migrate(self) -> None:
        """Make what is missing. May be called again, and by two at a time."""

    def close(self) -> None:
        """Let go of all connections."""


class PasswordHashing(Protocol):
    """Slow, salted hashes."""

    def hash(self, password: str) -> str:
        """Return the hash with its parameters."""

    def matches(self, hashed: str | None, password: str) -> bool:
        """Say whether it is the password. None, for an unknown user, takes as long and is False."""

    def outdated(self, hashed: str) -> bool:
        """Say whether it was made with other parameters than those of today."""


class Guessing(Protocol):
    """Knows how passwords are guessed."""

    def is_common(self, password: str) -> bool:
        """Say whether it is in a list of common passwords."""

    def is_easy(self, password: str, known: Sequence[str]) -> bool:
        """Say whether few guesses find it, by somebody who knows these words about its owner."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried: `most` times in any `seconds`."""

    name: str
    most: int
    seconds: int
    shared: bool = False
    """Whether all replicas count together, which costs a read and a write each time."""


class Limits(Protocol):
    """Counts attempts."""

    def hit(self, limit: Limit, who: str) -> None:
        """Count an attempt. Raises TooManyAttemptsError if it is one too many."""

    def forgive(self, limit: Limit, who: str) -> None:
        """Forget the attempts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a service token says about its bearer."""

    user_id: str
    session_id: str
    kind: str
    """`session` or `token`."""
    scopes: frozenset[str]
    home_currency: str
    time_zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class ReadToken:
    """What a service token of ours says, once its signature is checked."""

    user_id: str
    session_id: str
    kind: str
    scopes: frozenset[str]
    expires_at: float


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key to sign with, as text, and what to publish of it."""

    private: str
    public: Mapping[str, Any]


class Signatures(Protocol):
    """Makes keys and signs with them."""

    def make_key(self, key_id: str) -> KeyPair:
        """Make a new key; the public half is a JSON Web Key with this `kid`."""

    def sign(self, grant: Grant, *, private: str, key_id: str, expires_at: int, audience: str) -> str:
        """Return a service token for one audience."""

    def read(self, token: str, *, key_of: Callable[[str], Mapping[str, Any] | None], audience: str) -> ReadToken:
        """Return what a service token for this audience says, however old it is; raises InvalidSecretError if it is not ours.

        `key_of` returns the public key with an id, None if there is none.
        """
