"""Deleting an account, in a way that a crash may interrupt but not undo."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from auth.credentials.service import Credentials
from auth.errors import RevisionConflictError
from auth.store.ports import Documents, Now
from auth.users.document import USER
from auth.users.events import Announcements
from auth.users.store import TOMBSTONE, Users

_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """Lets users go, and forgets what has expired.

    One write turns the user into a tombstone that carries the event. From then on nobody can sign in, and the sessions and access
    tokens, which were in the same document, are gone. The address is let go of afterwards, and by `clean_up` until then.
    """

    documents: Documents
    users: Users
    credentials: Credentials
    announcements: Announcements
    now: Now

    def __call__(self, user_id: str, session_id: str, password: str) -> None:
        """Delete the account and everything in it. Raises WrongPasswordError, SignedOutError, TooManyAttemptsError."""
        user = self.users.require(user_id)
        self.credentials.prove(user, session_id, password, pointer="")
        self.users.clear(self.users.bury(user, self.announcements.deleted(user_id)))

    def clean_up(self) -> None:
        """Forget what has expired, and finish what a crash left of deletions."""
        while self._forget_batch() == _BATCH:
            pass

    def _forget_batch(self) -> int:
        forgotten = 0
        for document in self.documents.expired(self.now(), limit=_BATCH):
            if document.kind == TOMBSTONE:
                self.users.clear(document)
            elif document.kind == USER:
                forgotten += self.users.forget_ended(document)
            else:
                with suppress(RevisionConflictError):  # it was used meanwhile
                    self.documents.delete(document)
                    forgotten += 1
        return forgotten
