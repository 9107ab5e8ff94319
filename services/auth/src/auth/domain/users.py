"""Where users are kept: a document for each, and one for each address that points to its user."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from auth.domain.address import comparable
from auth.domain.documents import Document, PendingEvent
from auth.domain.errors import EmailTakenError, RevisionConflictError, SignedOutError, TooManyUntoldError
from auth.domain.finding import Finding
from auth.domain.places import address_of
from auth.domain.ports import Documents, Ids, Now, Sealing
from auth.domain.secret import user_id_in
from auth.domain.user import User
from auth.domain.user_document import UserWriting, user_document_id

log = logging.getLogger("outlay.auth")

Step = Callable[[User], tuple[User, Sequence[PendingEvent]]]
"""Makes the next state of a user and the events that tell of it; called again, with what it is by then, after a conflict."""

ATTEMPTS = 12
# Events wait in the document while the bus is away, and it is to stay small. That somebody leaves is told all the same.
MOST_UNTOLD = 100
TOMBSTONE = "tombstone"

# Whoever met a conflict waits for a random time, which doubles up to the longest: so many who change one user take turns.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.3
# A pointer that its user does not confirm is a change of address in progress, or what a crash left of one.
_SETTLED_AFTER = 60.0
_PRETENCE_SECONDS = 3_600.0


class Users:
    """Reads and saves users.

    Address and user are two documents without a transaction. The address comes first and already names the id that its user
    will have, so that signing up again after a crash between the two makes that very user, and two people who sign up with
    one address at a time try to make the same document, of which there is one.
    """

    def __init__(
        self, documents: Documents, sealing: Sealing, finding: Finding, *, ids: Ids, now: Now,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._documents, self._sealing, self._finding = documents, sealing, finding
        self._ids, self._now, self._pause = ids, now, pause
        self._writing = UserWriting(sealing)

    def get(self, user_id: str) -> User | None:
        """Return the user, unless there is none or they left. Costs one read, as does all that calls it."""
        return self._writing.read(self._documents.get(user_document_id(user_id)))

    def require(self, user_id: str) -> User:
        """Return the user; raises SignedOutError if they left."""
        user = self.get(user_id)
        if user is None:
            raise SignedOutError
        return user

    def named_in(self, secret: str) -> User | None:
        """Return the user whom a secret names; whether they have one like it, they know."""
        user_id = user_id_in(secret)
        return self.get(user_id) if user_id else None

    def by_email(self, email: str) -> User | None:
        """Return the user with this address."""
        pointer = self._documents.get(self._pointer_id(email))
        user = self.get(pointer.user_id) if pointer else None
        return user if user and self._has(user, email) else None

    def key_of(self, email: str) -> str:
        """Return a keyed hash that stands for the address where it must not be written."""
        return self._finding.fingerprint(comparable(email))

    def reserve(self, email: str, *, owner: str = "") -> str:
        """Make the address point to `owner`, or to a user to be made; return that user's id. Raises EmailTakenError."""
        document_id, user_id = self._pointer_id(email), owner or self._ids()
        with suppress(RevisionConflictError):  # most addresses are new, so nobody looks first
            self._documents.save(Document(id=document_id, kind="email", body={"at": self._now()}, user_id=user_id))
            return user_id
        pointer = self._documents.get(document_id)
        if pointer is None:
            raise RevisionConflictError  # somebody let go of it at this very moment
        if pointer.user_id == owner:
            return owner
        holder = self._documents.get(user_document_id(pointer.user_id))
        if holder is None and not owner:
            return pointer.user_id
        if self._holds(holder, email) or self._now() - pointer.body["at"] < _SETTLED_AFTER:
            raise EmailTakenError
        return self._point(pointer, to=user_id)

    def release(self, email: str, *, owner: str) -> None:
        """Let go of an address that points to `owner`."""
        pointer = self._documents.get(self._pointer_id(email))
        if pointer is not None and pointer.user_id == owner:
            with suppress(RevisionConflictError):  # then somebody else has it already
                self._documents.delete(pointer)

    def create(self, user: User, events: Sequence[PendingEvent]) -> None:
        """Save a new user; raises EmailTakenError if somebody made it at the same moment."""
        try:
            self._documents.save(self._writing.write(user).announcing(*events))
        except RevisionConflictError as error:
            raise EmailTakenError from error

    def change(self, user: User, step: Step) -> User:
        """Save the next state of a user that was read before; raises SignedOutError if they left meanwhile.

        Raises:
            RevisionConflictError: if it never succeeds because others change the same user all the time.
        """
        for present in self._attempts(user):
            changed, events = step(present)
            if changed == present and not events:
                return present
            with suppress(RevisionConflictError):
                return self._save(changed, events)
        raise RevisionConflictError

    def note(self, user: User) -> bool:
        """Save what may get lost, such as when a session was seen; say whether it was saved.

        Whoever changes the user at this moment is right, and a store that takes no writes just now must not sign people out.
        """
        try:
            self._save(user)
        except RevisionConflictError:
            return False
        except Exception as error:  # which one it is, is the store's affair
            log.warning("a note about a user is not kept", extra={"reason": type(error).__name__})
            return False
        return True

    def bury(self, user: User, event: PendingEvent) -> Document:
        """Turn a user into a tombstone that tells that they left, due to be cleared away at once. Raises like `change`."""
        for present in self._attempts(user):
            document, at = self._writing.write(present), self._now()
            tombstone = replace(document, kind=TOMBSTONE, body={"email": document.body["email"]}, expires_at=at)
            with suppress(RevisionConflictError):
                return self._documents.save(tombstone.announcing(event))
        raise RevisionConflictError

    def clear(self, tombstone: Document) -> None:
        """Remove what is left of a user who left; a tombstone that says no more than that stays until its event is sent."""
        if "email" in tombstone.body:
            self.release(self._sealing.open(tombstone.body["email"], address_of(tombstone.user_id)), owner=tombstone.user_id)
        found: Document | None = tombstone
        for _ in range(ATTEMPTS):
            if found is None or self._blanked(found):
                return
            found = self._documents.get(found.id)

    def _blanked(self, tombstone: Document) -> bool:
        """Delete a tombstone whose event is sent, take the address from another; False if the relay changed it meanwhile."""
        with suppress(RevisionConflictError):
            if not tombstone.outbox:
                self._documents.delete(tombstone)
            elif tombstone.body:
                self._documents.save(replace(tombstone, body={}))
            return True
        return False

    def forget_ended(self, document: Document) -> bool:
        """Drop the sessions and tokens whose time is up from a user's document; say whether that is done."""
        user = self._writing.read(document)
        return user is not None and self.note(user)

    def pretend(self) -> None:
        """Read and save nobody, which takes as long as doing so with somebody who is found by their address."""
        self.get("nobody")
        nobody = Document(id=f"nobody:{self._ids()}", kind="nobody", body={}, expires_at=self._now() + _PRETENCE_SECONDS)
        self._documents.save(nobody)

    def _attempts(self, user: User) -> Iterator[User]:
        """Yield the user as it was read, and after each conflict as it is by then."""
        yield user
        for attempt in range(1, ATTEMPTS):
            longest = min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)
            self._pause(random.uniform(0, longest))  # noqa: S311  nothing secret about it
            yield self.require(user.id)

    def _save(self, user: User, events: Sequence[PendingEvent] = ()) -> User:
        if events and user.document and len(user.document.outbox) + len(events) > MOST_UNTOLD:
            raise TooManyUntoldError
        document = self._writing.write(user.without_ended(self._now())).announcing(*events)
        return replace(user, document=self._documents.save(document))

    def _point(self, pointer: Document, *, to: str) -> str:
        try:
            self._documents.save(replace(pointer, user_id=to, body={"at": self._now()}))
        except RevisionConflictError as error:
            raise EmailTakenError from error
        return to

    def _holds(self, holder: Document | None, email: str) -> bool:
        user = self._writing.read(holder)
        return user is not None and self._has(user, email)

    def _has(self, user: User, email: str) -> bool:
        return comparable(user.email) == comparable(email)

    def _pointer_id(self, email: str) -> str:
        return f"email:{self.key_of(email)}"
