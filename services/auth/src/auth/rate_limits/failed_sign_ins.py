"""Wrong passwords at sign-in: each network waits longer after each one, and the account's owner is never locked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from auth.errors import RevisionConflictError, TooManyAttemptsError
from auth.store.document import Document
from auth.store.ports import Now
from auth.store.unit_of_work import DocumentStore, DocumentUnitOfWork

FREE_FAILURES = 5
"""Wrong passwords from one network before it has to wait."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 3_600.0
"""Seconds; the wait doubles with each further failure."""
MOST_FAILURES = 30
"""Wrong passwords from all unknown networks together within GUARD_SECONDS; then only known networks may try."""
GUARD_SECONDS = 3_600.0
_FORGOTTEN_AFTER = 86_400.0
_MOST_NETWORKS = 60
_MOST_DOUBLINGS = 20
_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class FailedSignIns:
    """Keeps a document for each address with failures, whether or not it has an account, so that nobody learns which have one."""

    store: DocumentStore
    blind_index: Callable[[str], str]
    now: Now
    factor: int = 1

    def check(self, address: str, network: str, *, known: bool) -> Document | None:
        """Return the failures of this address; raises TooManyAttemptsError while this network has to wait.

        `known` is whether the owner signed in from this network before; `address` is a keyed hash.
        """
        document = self.store.get(_id(address))
        body = self._body(document)
        wait = self._wait_of(body["networks"].get(self.blind_index(network)))
        if not known:
            wait = max(wait, self._guard(body))
        if wait > 0:
            raise TooManyAttemptsError(seconds=int(wait) + 1)
        return document

    def record(self, address: str, network: str, *, known: bool) -> None:

        def add(unit: DocumentUnitOfWork) -> None:
            document = unit.document or Document(id=_id(address), kind="guesses", body={})
            body = self._with_failure(self._body(document), network, known=known)
            unit.save(replace(document, body=body, expires_at=self.now() + _FORGOTTEN_AFTER))

        with suppress(RevisionConflictError):  # others were counted each time
            self.store.run(_id(address), add, attempts=_ATTEMPTS)

    def forgive(self, document: Document | None, network: str) -> None:
        """Forget the failures of this network in what `check` returned; other networks still wait."""
        mine = self.blind_index(network)
        if document is None or mine not in document.body["networks"]:
            return
        left = {name: entry for name, entry in document.body["networks"].items() if name != mine}

        def remove(unit: DocumentUnitOfWork) -> None:
            unit.save(replace(document, body={**document.body, "networks": left}))

        with suppress(RevisionConflictError):
            self.store.run(document.id, remove, loaded=document, attempts=1)

    def clear(self, address: str) -> None:
        """Forget all failures: the owner has confirmed by email who they are."""
        with suppress(RevisionConflictError):
            self.store.run(_id(address), DocumentUnitOfWork.delete, attempts=_ATTEMPTS)

    def _with_failure(self, body: Mapping[str, Any], network: str, *, known: bool) -> dict[str, Any]:
        now, mine = self.now(), self.blind_index(network)
        others = {name: entry for name, entry in body["networks"].items() if name != mine}
        latest = sorted(others.items(), key=lambda item: item[1]["at"])[-(_MOST_NETWORKS - 1) :]
        count = body["networks"].get(mine, {"count": 0})["count"] + 1
        changed = {**body, "networks": {**dict(latest), mine: {"count": count, "at": now}}}
        return changed if known else {**changed, "all": body["all"] + 1, "since": body["since"] or now}

    def _body(self, document: Document | None) -> dict[str, Any]:
        body: dict[str, Any] = {"networks": {}, "all": 0, "since": 0.0, **(document.body if document else {})}
        now = self.now()
        body["networks"] = {name: entry for name, entry in body["networks"].items() if now - entry["at"] < _FORGOTTEN_AFTER}
        if now - body["since"] >= GUARD_SECONDS:
            body |= {"all": 0, "since": 0.0}
        return body

    def _wait_of(self, entry: Mapping[str, Any] | None) -> float:
        if entry is None or entry["count"] < FREE_FAILURES * self.factor:
            return 0.0
        doublings = min(entry["count"] - FREE_FAILURES * self.factor, _MOST_DOUBLINGS)
        wait: float = min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT)
        return float(entry["at"]) + wait - self.now()

    def _guard(self, body: Mapping[str, Any]) -> float:
        if body["all"] < MOST_FAILURES * self.factor:
            return 0.0
        return float(body["since"]) + GUARD_SECONDS - self.now()


def _id(address: str) -> str:
    return f"guesses:{address}"
