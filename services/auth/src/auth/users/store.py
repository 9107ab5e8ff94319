"""Where users are kept: a document for each."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from auth.errors import EmailTakenError, RevisionConflictError, SignedOutError, TooManyUntoldError
from auth.store.associated_data import address_of
from auth.store.blind_index import Finding
from auth.store.document import Document, PendingEvent
from auth.store.ports import Documents, Ids, Now
from auth.users.document import UserWriting, user_document_id
from auth.users.email_address import comparable, mailbox
from auth.users.email_claims import Claims
from auth.users.model import User
from auth.users.secret import user_id_in
from chassis.security.encryption import Encryptor

log = logging.getLogger("outlay.auth")

Step = Callable[[User], tuple[User, Sequence[PendingEvent]]]
"""Makes the next state of a user and the events that tell of it; called again, with what it is by then, after a conflict."""

ATTEMPTS = 12
# Events wait in the document while the bus is away, and it is to stay small. That somebody leaves is told all the same.
MOST_UNTOLD = 100
TOMBSTONE = "tombstone"

# Whoever met a conflict waits for a random time, which doubles up to the longest: so many who change one user take turns.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.3
_PRETENCE_SECONDS = 3_600.0


class Users:
    """Reads and saves users; `claims` keeps their addresses."""

    def __init__(
        self,
        documents: Documents,
        encryptor: Encryptor,
        finding: Finding,
        *,
        ids: Ids,
        now: Now,
        revoked: Callable[[str], PendingEvent],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`revoked` makes the event which says that a session or token of a user was ended."""
        self._documents, self._encryptor, self._finding = documents, encryptor, finding
        self._ids, self._now, self._revoked, self._pause = ids, now, revoked, pause
        self._writing = UserWriting(encryptor)
        self.claims = Claims(documents, finding, self._writing, ids=ids, now=now)

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
        owner = self.claims.owner_of(email)
        user = self.get(owner) if owner else None
        return user if user and comparable(user.email) == comparable(email) else None

    def key_of(self, email: str) -> str:
        """Return a keyed hash that stands for the address where it must not be written."""
        return self._finding.fingerprint(comparable(email))

    def audit_key(self, email: str) -> str:
        """Return what stands for an address in the audit log: the same for the same address, and not reversible."""
        return self.key_of(email)[:16]

    def mailbox_key_of(self, email: str) -> str:
        """Return a keyed hash that stands for the mailbox that the address leads to."""
        return self._finding.fingerprint(mailbox(email))

    def mark_of(self, text: str) -> str:
        """Return a keyed hash that stands for a network or another text that must not be written."""
        return self._finding.fingerprint(text)

    def create(self, user: User, events: Sequence[PendingEvent]) -> User:
        """Save a new user; raises EmailTakenError if somebody made it at the same moment."""
        try:
            return replace(user, document=self._documents.save(self._writing.write(user).announcing(*events)))
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
                return self._save(changed, [*events, *self._revocations(present, changed, len(events))])
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
            email = self._encryptor.decrypt(tombstone.body["email"], address_of(tombstone.user_id))
            self.claims.release_of_nobody(email, owner=tombstone.user_id)
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
        self.pretend_to_save()

    def pretend_to_save(self) -> None:
        """Save nobody, which takes as long as saving somebody."""
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

    def _revocations(self, before: User, after: User, others: int) -> list[PendingEvent]:
        """Announce that something which let the user in was ended, so that every gateway forgets it at once.

        Ending it must not fail because too many events are waiting: gateways that hear nothing ask again after seconds.
        """
        waiting = len(before.document.outbox) if before.document else 0
        if before.secrets <= after.secrets or waiting + others >= MOST_UNTOLD:
            return []
        return [self._revoked(before.id)]
