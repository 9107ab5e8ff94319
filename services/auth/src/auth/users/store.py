"""Where users are stored: one document each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from auth.errors import EmailTakenError, RevisionConflictError, SignedOutError
from auth.store.associated_data import email_of
from auth.store.blind_index import BlindIndex
from auth.store.document import Document
from auth.store.ports import Now
from auth.store.unit_of_work import ATTEMPTS, DocumentStore, DocumentUnitOfWork
from auth.users.email_address import comparable, mailbox
from auth.users.email_claims import EmailClaims
from auth.users.mapping import UserMapper, user_document_id
from auth.users.model import User
from auth.users.secret import user_id_in
from auth.users.unit_of_work import UserUnitOfWork
from chassis.runtime.ids import Ids
from chassis.security.encryption import Encryptor

log = logging.getLogger("outlay.auth")

TOMBSTONE = "tombstone"
_DUMMY_SECONDS = 3_600.0

Action = Callable[[UserUnitOfWork], None]
"""Sets the next state of a user and publishes events; repeated on their newer state after a conflict."""


class Users:
    """Reads and saves users; `claims` keeps their addresses."""

    def __init__(self, store: DocumentStore, encryptor: Encryptor, blind_index: BlindIndex, *, ids: Ids, now: Now) -> None:
        self._store, self._encryptor, self._blind_index, self._ids, self._now = store, encryptor, blind_index, ids, now
        self._mapper = UserMapper(encryptor)
        self.claims = EmailClaims(store, blind_index, self._mapper, ids=ids, now=now)

    def get(self, user_id: str) -> User | None:
        """Return the user, None if there is none or the account was deleted. Costs one read."""
        return self._mapper.to_user(self._store.get(user_document_id(user_id)))

    def require(self, user_id: str) -> User:
        """Return the user; raises SignedOutError if the account was deleted."""
        user = self.get(user_id)
        if user is None:
            raise SignedOutError
        return user

    def named_in(self, secret: str) -> User | None:
        """Return the user whom a secret names; the caller checks whether the secret is theirs."""
        user_id = user_id_in(secret)
        return self.get(user_id) if user_id else None

    def by_email(self, email: str) -> User | None:
        owner = self.claims.owner_of(email)
        user = self.get(owner) if owner else None
        return user if user and comparable(user.email) == comparable(email) else None

    def email_key(self, email: str) -> str:
        """Return a keyed hash that stands for the address where it must not be written."""
        return self._blind_index.of(comparable(email))

    def audit_key(self, email: str) -> str:
        """Return what stands for an address in the audit log: always the same, and not reversible."""
        return self.email_key(email)[:16]

    def mailbox_key(self, email: str) -> str:
        """Return a keyed hash that stands for the mailbox that the address leads to."""
        return self._blind_index.of(mailbox(email))

    def network_key(self, network: str) -> str:
        """Return a keyed hash that stands for a network."""
        return self._blind_index.of(network)

    def create(self, user: User, action: Action) -> User:
        """Save a new user; raises EmailTakenError if somebody created them at the same moment."""
        try:
            return self.run(replace(user, document=self._mapper.to_document(user)), action, attempts=1)
        except RevisionConflictError as error:
            raise EmailTakenError from error

    def run(self, user: User, action: Action, *, attempts: int = ATTEMPTS) -> User:
        """Carry out an action on a user who was read before, in a unit of work; return the user as saved.

        Raises:
            SignedOutError: if the account was deleted meanwhile.
            RevisionConflictError: if others changed the same user each time.
            TooManyUntoldError: if too many events are waiting.
        """

        def act(unit: DocumentUnitOfWork) -> UserUnitOfWork:
            loaded = self._mapper.to_user(unit.document)
            if loaded is None:
                raise SignedOutError
            uow = UserUnitOfWork(unit, loaded, self._mapper, self._now)
            action(uow)
            uow.flush()
            return uow

        return self._store.run(user_document_id(user.id), act, loaded=user.document, attempts=attempts).saved()

    def save_if_possible(self, user: User) -> bool:
        """Save what may get lost, such as the last use of a session; return whether it was saved.

        A simultaneous change of the user wins, and a store that cannot be written to must not sign people out.
        """

        def act(unit: DocumentUnitOfWork) -> None:
            unit.save(self._mapper.to_document(user.without_expired(self._now())))

        try:
            self._store.run(user_document_id(user.id), act, loaded=user.document, attempts=1)
        except RevisionConflictError:
            return False
        except Exception as error:  # whatever it is, the store reports it where it matters
            log.warning("last use not saved", extra={"reason": type(error).__name__})
            return False
        return True

    def delete(self, user: User) -> Document:
        """Replace a user with a tombstone that publishes the deletion and expires at once. Raises as `run`."""

        def bury(unit: DocumentUnitOfWork) -> DocumentUnitOfWork:
            document, present = unit.document, self._mapper.to_user(unit.document)
            if document is None or present is None:
                raise SignedOutError
            email = self._encryptor.encrypt(present.email, email_of(present.id))
            unit.save(replace(document, kind=TOMBSTONE, body={"email": email}, expires_at=self._now()))
            unit.publish("user.deleted", user.id, {"user_id": user.id})
            return unit

        tombstone = self._store.run(user_document_id(user.id), bury, loaded=user.document).document
        if tombstone is None:
            raise SignedOutError
        return tombstone

    def finish_deletion(self, tombstone: Document) -> None:
        """Release the address and delete the tombstone; while its event waits, only what it says is removed."""
        if "email" in tombstone.body:
            email = self._encryptor.decrypt(tombstone.body["email"], email_of(tombstone.user_id))
            self.claims.release_of_deleted(email, owner=tombstone.user_id)

        def clear(unit: DocumentUnitOfWork) -> None:
            if unit.document is None:
                return
            if not unit.document.outbox:
                unit.delete()
            elif unit.document.body:
                unit.save(replace(unit.document, body={}))

        with suppress(RevisionConflictError):  # the next cleanup goes on
            self._store.run(tombstone.id, clear, loaded=tombstone)

    def drop_expired(self, document: Document) -> bool:
        """Remove expired sessions and tokens from a user's document; return whether it was saved."""
        user = self._mapper.to_user(document)
        return user is not None and self.save_if_possible(user)

    def simulate_lookup_and_save(self) -> None:
        """Read and save a dummy, which takes as long as for a user who is found by their address."""
        self.get("nobody")
        self.simulate_save()

    def simulate_save(self) -> None:
        """Save a dummy, which takes as long as saving a user."""
        expires_at = self._now() + _DUMMY_SECONDS
        self._store.create(Document(id=f"nobody:{self._ids()}", kind="nobody", body={}, expires_at=expires_at))
