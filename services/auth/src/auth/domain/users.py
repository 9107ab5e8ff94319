"""Where users are kept: a document for each, and one for each address that points to its user."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime

from auth.domain.address import comparable
from auth.domain.documents import Document, PendingEvent
from auth.domain.errors import EmailTakenError, RevisionConflictError, SignedOutError
from auth.domain.finding import Finding
from auth.domain.places import address_of
from auth.domain.ports import Documents, Ids, Now, Sealing
from auth.domain.user import User

Step = Callable[[User], tuple[User, Sequence[PendingEvent]]]
"""Makes the next state of a user and the events that tell of it; called again after a conflict."""

ATTEMPTS = 8
TOMBSTONE = "tombstone"

# A pointer that its user does not confirm is a change of address in progress, or what a crash left of one.
_SETTLED_AFTER = 60.0


class Users:
    """Reads and saves users.

    Address and user are two documents without a transaction. The address comes first and already names the id that its user
    will have, so that signing up again after a crash between the two makes that very user, and two people who sign up with
    one address at a time try to make the same document, of which there is one.
    """

    def __init__(self, documents: Documents, sealing: Sealing, finding: Finding, *, ids: Ids, now: Now) -> None:
        self._documents, self._sealing, self._finding, self._ids, self._now = documents, sealing, finding, ids, now

    def get(self, user_id: str) -> User | None:
        """Return the user, unless there is none or they left."""
        return self._read(self._documents.get(f"user:{user_id}"))

    def require(self, user_id: str) -> User:
        """Return the user; raises SignedOutError if they left."""
        user = self.get(user_id)
        if user is None:
            raise SignedOutError
        return user

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
        document_id = self._pointer_id(email)
        pointer = self._documents.get(document_id)
        if pointer is None:
            fresh = Document(id=document_id, kind="email", body={"at": self._now()}, user_id=owner or self._ids())
            return self._point(fresh, to=fresh.user_id)
        if pointer.user_id == owner:
            return owner
        holder = self._documents.get(f"user:{pointer.user_id}")
        if holder is None and not owner:
            return pointer.user_id
        if self._holds(holder, email) or self._now() - pointer.body["at"] < _SETTLED_AFTER:
            raise EmailTakenError
        return self._point(pointer, to=owner or self._ids())

    def release(self, email: str, *, owner: str) -> None:
        """Let go of an address that points to `owner`."""
        pointer = self._documents.get(self._pointer_id(email))
        if pointer is not None and pointer.user_id == owner:
            with suppress(RevisionConflictError):  # then somebody else has it already
                self._documents.delete(pointer)

    def create(self, user: User, events: Sequence[PendingEvent]) -> None:
        """Save a new user; raises EmailTakenError if somebody made it at the same moment."""
        fresh = Document(id=f"user:{user.id}", kind="user", user_id=user.id, body=self._body(user))
        try:
            self._documents.save(fresh.announcing(*events))
        except RevisionConflictError as error:
            raise EmailTakenError from error

    def change(self, user_id: str, step: Step) -> User:
        """Save the next state of a user; raises SignedOutError if they left, RevisionConflictError if it never succeeds."""
        for _ in range(ATTEMPTS):
            document = self._documents.get(f"user:{user_id}")
            user = self._read(document)
            if document is None or user is None:
                raise SignedOutError
            changed, events = step(user)
            if changed == user and not events:
                return user
            try:
                self._documents.save(replace(document, body=self._body(changed)).announcing(*events))
            except RevisionConflictError:
                continue
            return changed
        raise RevisionConflictError

    def bury(self, user_id: str, event: PendingEvent) -> None:
        """Turn a user into a tombstone that tells that they left, due to be cleared away at once."""
        for _ in range(ATTEMPTS):
            document = self._documents.get(f"user:{user_id}")
            if document is None or document.kind == TOMBSTONE:
                return
            tombstone = replace(document, kind=TOMBSTONE, body={"email": document.body["email"]}, expires_at=self._now())
            try:
                self._documents.save(tombstone.announcing(event))
            except RevisionConflictError:
                continue
            return
        raise RevisionConflictError

    def clear(self, tombstone: Document) -> None:
        """Remove what is left of a user who left; the tombstone itself stays until its event is sent."""
        self.release(self._sealing.open(tombstone.body["email"], address_of(tombstone.user_id)), owner=tombstone.user_id)
        for kind in ("session", "token", "reset", "verification"):
            for document in self._documents.find(kind, user_id=tombstone.user_id):
                remove(self._documents, document)
        if not tombstone.outbox:
            with suppress(RevisionConflictError):  # then the next round does it
                self._documents.delete(tombstone)

    def tombstone(self, user_id: str) -> Document | None:
        """Return what stands for a user who left."""
        document = self._documents.get(f"user:{user_id}")
        return document if document and document.kind == TOMBSTONE else None

    def _point(self, pointer: Document, *, to: str) -> str:
        try:
            self._documents.save(replace(pointer, user_id=to, body={"at": self._now()}))
        except RevisionConflictError as error:
            raise EmailTakenError from error
        return to

    def _holds(self, holder: Document | None, email: str) -> bool:
        user = self._read(holder)
        return user is not None and self._has(user, email)

    def _has(self, user: User, email: str) -> bool:
        return comparable(user.email) == comparable(email)

    def _pointer_id(self, email: str) -> str:
        return f"email:{self.key_of(email)}"

    def _body(self, user: User) -> dict[str, object]:
        sealed = {"email": self._sealing.seal(user.email, address_of(user.id)), "created_at": user.created_at.isoformat()}
        return {**asdict(user), **sealed}

    def _read(self, document: Document | None) -> User | None:
        if document is None or document.kind != "user":
            return None
        body = document.body
        address = self._sealing.open(body["email"], address_of(document.user_id))
        opened = {"email": address, "created_at": datetime.fromisoformat(body["created_at"])}
        return User(**{**body, **opened})


def remove(documents: Documents, document: Document) -> None:
    """Delete a document whatever became of it since it was read."""
    found: Document | None = document
    for _ in range(ATTEMPTS):
        if found is None:
            return
        try:
            documents.delete(found)
        except RevisionConflictError:
            found = documents.get(document.id)
            continue
        return
    raise RevisionConflictError
