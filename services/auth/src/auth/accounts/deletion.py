"""Deleting an account, in a way that a crash may interrupt but not undo."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from auth.credentials.service import Credentials
from auth.errors import RevisionConflictError
from auth.store.document import Document
from auth.store.ports import Documents, Now
from auth.users.mapping import USER
from auth.users.store import TOMBSTONE, Users
from chassis.security.tokens import Caller

_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class AccountDeletion:
    """Deletes accounts, and whatever has expired.

    One write turns the user into a tombstone that carries the event. Sign-in then is impossible, and the sessions and access
    tokens, which were in the same document, are gone. The address is released afterwards, or by `clean_up` after a crash.
    """

    documents: Documents
    users: Users
    credentials: Credentials
    now: Now

    def delete(self, caller: Caller, password: str) -> None:
        """Delete the account and everything in it. Raises WrongPasswordError, SignedOutError, TooManyAttemptsError."""
        user = self.users.require(caller.user_id)
        self.credentials.check(user, caller.session_id, password, pointer="")
        self.users.finish_deletion(self.users.delete(user))

    def clean_up(self) -> None:
        """Delete what has expired, and finish deletions that a crash interrupted."""
        while sum(map(self._clear, self.documents.expired(self.now(), limit=_BATCH))) == _BATCH:
            pass

    def _clear(self, document: Document) -> bool:
        """Return whether an expired document is gone for good, so that another one can take its place in the batch."""
        if document.kind == TOMBSTONE:
            self.users.finish_deletion(document)
            return False
        if document.kind == USER:
            return self.users.drop_expired(document)
        with suppress(RevisionConflictError):  # it was used meanwhile
            self.documents.delete(document)
            return True
        return False
