"""Wrong passwords at sign-in: each network waits longer after each one, and nobody locks the owner of an account out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from auth.errors import RevisionConflictError, TooManyAttemptsError
from auth.store.document import Document
from auth.store.ports import Documents, Now

FREE_GUESSES = 5
"""Wrong passwords from one network before it has to wait."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 3_600.0
"""Seconds; the wait doubles with each further one."""
MOST_GUESSES = 30
"""Wrong passwords from all unknown networks together within GUARD_SECONDS; then only known ones may try."""
GUARD_SECONDS = 3_600.0
FORGOTTEN_AFTER = 86_400.0
_MOST_NETWORKS = 60
_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """Keeps one document for each address that was guessed at, whether or not there is an account: nobody learns which."""

    documents: Documents
    fingerprint: Callable[[str], str]
    now: Now
    factor: int = 1

    def allow(self, address: str, network: str, *, known: bool) -> Document | None:
        """Return what is noted of this address; raise TooManyAttemptsError while this network has to wait.

        `known` is whether the owner signed in from it before; `address` is a keyed hash.
        """
        document = self.documents.get(_id(address))
        body = self._body(document)
        wait = self._wait_of(body["networks"].get(self.fingerprint(network)))
        if not known:
            wait = max(wait, self._guard(body))
        if wait > 0:
            raise TooManyAttemptsError(seconds=int(wait) + 1)
        return document

    def count(self, address: str, network: str, *, known: bool) -> None:
        """Note a wrong password."""
        for _ in range(_ATTEMPTS):
            with suppress(RevisionConflictError):
                self._save(address, network, known=known)
                return

    def forgive(self, document: Document | None, network: str) -> None:
        """Forget what this network did wrong, given what `allow` returned; the others still wait."""
        mine = self.fingerprint(network)
        if document is None or mine not in document.body["networks"]:
            return
        left = {name: entry for name, entry in document.body["networks"].items() if name != mine}
        with suppress(RevisionConflictError):
            self.documents.save(replace(document, body={**document.body, "networks": left}))

    def lift(self, address: str) -> None:
        """Forget all of it: the owner has proved by mail who they are."""
        for _ in range(_ATTEMPTS):
            document = self.documents.get(_id(address))
            if document is None:
                return
            with suppress(RevisionConflictError):
                self.documents.delete(document)
                return

    def _save(self, address: str, network: str, *, known: bool) -> None:
        now = self.now()
        document = self.documents.get(_id(address)) or Document(id=_id(address), kind="guesses", body={})
        body, mine = self._body(document), self.fingerprint(network)
        entries = {name: entry for name, entry in body["networks"].items() if name != mine}
        latest = sorted(entries.items(), key=lambda item: item[1]["at"])[-(_MOST_NETWORKS - 1) :]
        count = body["networks"].get(mine, {"count": 0})["count"] + 1
        changed = {**body, "networks": {**dict(latest), mine: {"count": count, "at": now}}}
        if not known:
            changed |= {"all": body["all"] + 1, "since": body["since"] or now}
        self.documents.save(replace(document, body=changed, expires_at=now + FORGOTTEN_AFTER))

    def _body(self, document: Document | None) -> dict[str, Any]:
        body: dict[str, Any] = {"networks": {}, "all": 0, "since": 0.0, **(document.body if document else {})}
        now = self.now()
        body["networks"] = {name: entry for name, entry in body["networks"].items() if now - entry["at"] < FORGOTTEN_AFTER}
        if now - body["since"] >= GUARD_SECONDS:
            body |= {"all": 0, "since": 0.0}
        return body

    def _wait_of(self, entry: Mapping[str, Any] | None) -> float:
        if entry is None or entry["count"] < FREE_GUESSES * self.factor:
            return 0.0
        doublings = min(entry["count"] - FREE_GUESSES * self.factor, 20)
        wait: float = min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT)
        return float(entry["at"]) + wait - self.now()

    def _guard(self, body: Mapping[str, Any]) -> float:
        if body["all"] < MOST_GUESSES * self.factor:
            return 0.0
        return float(body["since"]) + GUARD_SECONDS - self.now()


def _id(address: str) -> str:
    return f"guesses:{address}"
