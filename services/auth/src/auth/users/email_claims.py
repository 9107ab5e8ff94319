"""Addresses, each of which one user has claimed."""

from __future__ import annotations

from dataclasses import replace

from auth.errors import EmailTakenError, RevisionConflictError
from auth.store.blind_index import Finding
from auth.store.document import Document
from auth.store.ports import Documents, Ids, Now
from auth.users.document import UserWriting, user_document_id
from auth.users.email_address import comparable

_ATTEMPTS = 12
# A claim that its user does not confirm is a sign-up or a change of address in progress, or what a crash left of one.
_SETTLED_AFTER = 60.0


class Claims:
    """Claims addresses for users: a document `email:<keyed hash>` for each address names the user who has it.

    Claim and user are two documents without a transaction, so there are three steps, each one write: `take` the claim, save the
    user with the address, `confirm` the claim. Only then is anybody told that the address is theirs. Each step saves the claim,
    also one that the same user has made before: whoever releases the claim that they read at the same moment is refused.
    """

    def __init__(self, documents: Documents, finding: Finding, writing: UserWriting, *, ids: Ids, now: Now) -> None:
        self._documents, self._finding, self._writing, self._ids, self._now = documents, finding, writing, ids, now

    def owner_of(self, email: str) -> str:
        """Return the id of the user that the address points to, empty if nobody has claimed it. Costs one read."""
        claim = self._documents.get(self._id(email))
        return claim.user_id if claim else ""

    def take(self, email: str, *, owner: str = "") -> Document:
        """Claim an address for `owner`, or for a user to be made, whose id the claim names.

        It already holds the id that the user will have, so that signing up again after a crash makes that very user.

        Raises:
            EmailTakenError: if somebody else has it, or is about to.
            RevisionConflictError: if it is being claimed or released by the same user at this moment.
        """
        fresh = Document(id=self._id(email), kind="email", body=self._body(), user_id=owner or self._ids())
        try:
            return self._documents.save(fresh)  # most addresses are new, so nobody looks first
        except RevisionConflictError:
            found = self._documents.get(fresh.id)
        if found is None:
            raise RevisionConflictError  # released at this very moment
        to = self._next_owner(found, email, owner=owner, otherwise=fresh.user_id)
        try:
            return self._documents.save(replace(found, user_id=to, body=self._body()))
        except RevisionConflictError as error:
            if owner and found.user_id == owner:
                raise
            raise EmailTakenError from error

    def confirm(self, claim: Document) -> None:
        """Prove that the address still points to its user, who is saved by now; raises EmailTakenError if it does not.

        This is a write and not a read: the claim's next revision outlives any branch that a claim at the same moment may have
        left on a copy of the store, and refuses whoever is about to release it.
        """
        present = claim
        for _ in range(_ATTEMPTS):
            try:
                self._documents.save(replace(present, body=self._body(), user_id=claim.user_id))
            except RevisionConflictError:
                found = self._documents.get(claim.id)
            else:
                return
            if found is not None and found.user_id != claim.user_id:
                raise EmailTakenError
            present = found or replace(claim, revision="")  # released by mistake: claimed again
        raise EmailTakenError

    def release(self, email: str, *, owner: str) -> None:
        """Let go of an address that points to `owner`, unless `owner` has it by now."""
        claim = self._documents.get(self._id(email))
        if claim is None or claim.user_id != owner:
            return
        if not self._holds(self._documents.get(user_document_id(owner)), email):
            self._delete(claim)

    def release_of_nobody(self, email: str, *, owner: str) -> None:
        """Let go of an address that points to a user who is no more."""
        claim = self._documents.get(self._id(email))
        if claim is not None and claim.user_id == owner:
            self._delete(claim)

    def _delete(self, claim: Document) -> None:
        try:
            self._documents.delete(claim)
        except RevisionConflictError:
            return  # somebody claims it at this moment

    def _next_owner(self, found: Document, email: str, *, owner: str, otherwise: str) -> str:
        if found.user_id == owner:
            return owner
        holder = self._documents.get(user_document_id(found.user_id))
        if holder is None and not owner:
            return found.user_id
        if self._holds(holder, email) or self._now() - found.body["at"] < _SETTLED_AFTER:
            raise EmailTakenError
        return otherwise

    def _holds(self, holder: Document | None, email: str) -> bool:
        user = self._writing.read(holder)
        return user is not None and comparable(user.email) == comparable(email)

    def _body(self) -> dict[str, float]:
        return {"at": self._now()}

    def _id(self, email: str) -> str:
        return f"email:{self._finding.fingerprint(comparable(email))}"
