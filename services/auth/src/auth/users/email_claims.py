"""Claims on email addresses: each address belongs to one user."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from auth.errors import EmailTakenError, RevisionConflictError
from auth.store.blind_index import BlindIndex
from auth.store.document import Document
from auth.store.ports import Now
from auth.store.unit_of_work import DocumentStore, DocumentUnitOfWork
from auth.users.email_address import comparable
from auth.users.mapping import UserMapper, user_document_id
from chassis.runtime.ids import Ids

# An unconfirmed claim is a sign-up or a change of address in progress, or what a crash left of one.
_ABANDONED_AFTER_SECONDS = 60.0


class EmailClaims:
    """Claims addresses for users: a document `email:<blind index>` for each address names its user.

    Claim and user are two documents without a transaction, so there are three steps, each one write: `take` the claim, save the
    user with the address, `confirm` the claim. Only then is anybody told that the address is theirs. Each step saves the claim,
    even if the same user made it before: a simultaneous release of the claim is then refused.
    """

    def __init__(self, store: DocumentStore, blind_index: BlindIndex, mapper: UserMapper, *, ids: Ids, now: Now) -> None:
        self._store, self._blind_index, self._mapper, self._ids, self._now = store, blind_index, mapper, ids, now

    def owner_of(self, email: str) -> str:
        """Return the id of the user who has claimed the address, empty if nobody has. Costs one read."""
        claim = self._store.get(self._id(email))
        return claim.user_id if claim else ""

    def take(self, email: str, *, owner: str = "") -> Document:
        """Claim an address for `owner`, or for a user to be created, whose id the claim names.

        After a crash, signing up again creates the user with that id.

        Raises:
            EmailTakenError: if somebody else has it, or is about to.
            RevisionConflictError: if the same user is claiming or releasing it at this moment.
        """
        fresh = Document(id=self._id(email), kind="email", body=self._body(), user_id=owner or self._ids())
        try:
            return self._store.create(fresh)  # most addresses are new, so nobody looks first
        except RevisionConflictError:
            found = self._store.get(fresh.id)
        if found is None:
            raise RevisionConflictError  # it has just been released
        user_id = self._next_owner(found, email, owner=owner, otherwise=fresh.user_id)

        def take_over(unit: DocumentUnitOfWork) -> DocumentUnitOfWork:
            unit.save(replace(found, user_id=user_id, body=self._body()))
            return unit

        try:
            claim = self._store.run(found.id, take_over, loaded=found, attempts=1).document
        except RevisionConflictError as error:
            if owner and found.user_id == owner:
                raise
            raise EmailTakenError from error
        return claim or found

    def confirm(self, claim: Document) -> None:
        """Make sure that the address still belongs to its user, who is saved by now; raises EmailTakenError if it does not.

        This is a write and not a read: the claim's next revision outlives any conflicting revision that a simultaneous claim may
        have left in the store, and makes a simultaneous release fail.
        """

        def confirm(unit: DocumentUnitOfWork) -> None:
            found = unit.document
            if found is not None and found.user_id != claim.user_id:
                raise EmailTakenError
            unit.save(replace(found or replace(claim, revision=""), body=self._body()))  # claimed again if it was released

        try:
            self._store.run(claim.id, confirm, loaded=claim)
        except RevisionConflictError as error:
            raise EmailTakenError from error

    def release(self, email: str, *, owner: str) -> None:
        """Release an address that `owner` has claimed, unless it is their address by now."""

        def release(unit: DocumentUnitOfWork) -> None:
            claimed = unit.document is not None and unit.document.user_id == owner
            if claimed and not self._has(self._store.get(user_document_id(owner)), email):
                unit.delete()

        with suppress(RevisionConflictError):  # somebody is claiming it
            self._store.run(self._id(email), release, attempts=1)

    def release_of_deleted(self, email: str, *, owner: str) -> None:
        """Release an address whose owner's account was deleted."""

        def release(unit: DocumentUnitOfWork) -> None:
            if unit.document is not None and unit.document.user_id == owner:
                unit.delete()

        with suppress(RevisionConflictError):  # somebody is claiming it
            self._store.run(self._id(email), release, attempts=1)

    def _next_owner(self, found: Document, email: str, *, owner: str, otherwise: str) -> str:
        if found.user_id == owner:
            return owner
        holder = self._store.get(user_document_id(found.user_id))
        if holder is None and not owner:
            return found.user_id
        if self._has(holder, email) or self._now() - found.body["at"] < _ABANDONED_AFTER_SECONDS:
            raise EmailTakenError
        return otherwise

    def _has(self, holder: Document | None, email: str) -> bool:
        user = self._mapper.to_user(holder)
        return user is not None and comparable(user.email) == comparable(email)

    def _body(self) -> dict[str, float]:
        return {"at": self._now()}

    def _id(self, email: str) -> str:
        return f"email:{self._blind_index.of(comparable(email))}"
