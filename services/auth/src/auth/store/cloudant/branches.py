"""Several saves of one revision: finds out which of them stands, and removes the others (ADR 034).

The copies of a cluster decide each by itself whether they take a save. So two saves of one revision may both be taken somewhere,
and the document then has two branches. A save that most copies have confirmed (201) stands. One that fewer have confirmed (202), or
whose answer got lost, is not known yet, and its writer finds out here:

- If it sees another branch, it gives way: it adds a revision to the other branch, which makes that one the longest on every copy,
  and withdraws its own branch by a deletion that also holds on copies that show the branch only later.
- If it sees its own branch alone several times, it confirms it by another revision, which most copies have to take.

Whoever else meets branches removes the shorter ones. Of equally long ones it waits for the writers; if none comes because its
process has died, the highest revision stands, as in CouchDB itself.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from auth.errors import RevisionConflictError
from auth.store.cloudant.connection import ConflictError, Connection, MissingError
from chassis.storage.database import StoreUnavailableError

log = logging.getLogger("outlay.cloudant")

Json = dict[str, Any]

ACCEPTED = 202
_MOST_MARKS = 16
_LOOKS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each look; together as long as a request may wait."""
_LOOKS_ALONE = 3
"""So often a writer has to see its own branch alone before it confirms it."""


class UnsettledError(StoreUnavailableError):
    """Two saves of the document are not settled yet; whoever asks should come back."""


class Branches:
    """Settles branches. Several threads, processes and machines may do so at the same moment."""

    def __init__(
        self,
        connection: Connection,
        *,
        abandoned_after: float,
        note: Callable[[str], None],
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`abandoned_after`: for how many seconds a writer may be at work; `note` is told `found`, `refused` or `settled`."""
        self._connection, self._abandoned_after, self._note = connection, abandoned_after, note
        self._now, self._pause = now, pause

    def read(self, document_id: str) -> Json | None:
        """Return a document that has one branch, None if there is none; raises UnsettledError if it does not become one."""
        for number, seconds in enumerate(_LOOKS):
            self._pause(seconds)
            stored = self._stored(document_id)
            if stored is None or not stored.get("_conflicts"):
                return stored
            if number == 0:
                self._tell("found", document_id)
            self._settle(document_id, stored)
        raise UnsettledError

    def save(self, draft: Json) -> Json:
        """Save a document; return it as it is stored.

        Raises:
            RevisionConflictError: if it was saved, deleted or made by somebody else meanwhile.
            UnsettledError: if it cannot be found out whether it was saved.
        """
        try:
            answer = self._connection.ask("put_document", doc_id=draft["_id"], document=draft)
        except ConflictError as error:
            return self._after_refusal(draft, repeated=error.repeated)
        if answer.status != ACCEPTED:
            return {**draft, "_rev": answer.result["rev"]}
        return self.outcome(draft, answer.result["rev"])

    def save_all(self, drafts: Sequence[Json]) -> dict[str, Json]:
        """Save several, each by itself; return those that were saved, by their ids."""
        answer = self._connection.ask("post_bulk_docs", bulk_docs={"docs": list(drafts)})
        told = {row["id"]: row for row in answer.result}
        return {draft["_id"]: saved for draft in drafts if (saved := self._told(draft, told.get(draft["_id"], {}), answer.status))}

    def _told(self, draft: Json, told: Json, status: int) -> Json | None:
        revision = str(told.get("rev", ""))
        if not revision or told.get("error"):
            return None
        if status != ACCEPTED and not told.get("accepted"):
            return {**draft, "_rev": revision}
        with suppress(RevisionConflictError, UnsettledError):
            return self.outcome(draft, revision)
        return None

    def outcome(self, draft: Json, revision: str = "") -> Json:
        """Return the document as it is stored if this save of it stands, whose outcome is not known; raises like `save`.

        `revision` is the save's own, empty if it is not known either.
        """
        looks_alone = 0
        for seconds in _LOOKS:
            self._pause(seconds)
            mine, others = self._sides(draft)
            if others and _longest(others) >= _longest(mine):
                if self._gives_way(draft, revision, mine, others):
                    raise RevisionConflictError
            elif others or _longest(mine) > _generation(draft) + 1:
                return max(mine, key=_rank)  # somebody has gone on from it
            elif mine:
                looks_alone += 1
                if looks_alone >= _LOOKS_ALONE and (confirmed := self._lengthened(mine[0])):
                    return confirmed
            else:
                saved, revision = self._saved_again(draft, revision)
                if saved:
                    return saved
        raise UnsettledError

    def delete(self, document_id: str, revision: str) -> None:
        """Delete a revision; raises like `save`."""
        for seconds in _LOOKS:
            self._pause(seconds)
            repeated = False
            try:
                answer = self._connection.ask("delete_document", doc_id=document_id, rev=revision)
            except (ConflictError, MissingError) as error:
                repeated = isinstance(error, ConflictError) and error.repeated
                if not repeated:
                    raise RevisionConflictError from error
            else:
                if answer.status != ACCEPTED:
                    return
            stored = self.read(document_id)
            if stored is None:
                return
            if stored["_rev"] != revision:
                raise RevisionConflictError
        raise UnsettledError

    def _after_refusal(self, draft: Json, *, repeated: bool) -> Json:
        """Look whether the save was sent before and its answer got lost, or left a branch although it was refused."""
        mine, others = self._sides(draft)
        if repeated or (mine and not others):
            return self.outcome(draft)
        for leaf in mine:
            self._remove(leaf)  # fails if another writer has given way to it
        raise RevisionConflictError

    def _sides(self, draft: Json) -> tuple[list[Json], list[Json]]:
        """Return the branches that hold this save, and those of others that came after the same revision."""
        leaves = self._leaves(draft["_id"])
        mine = [leaf for leaf in leaves if draft["mark"] in _marks(leaf)]
        others = [leaf for leaf in leaves if leaf not in mine and _generation(leaf) > _generation(draft)]
        return mine, others

    def _gives_way(self, draft: Json, revision: str, mine: Sequence[Json], others: Sequence[Json]) -> bool:
        """Withdraw a save once another branch is longer; False if that has to be looked at again."""
        other = max(others, key=_rank)
        if _generation(other) <= max(_longest(mine), _generation(draft) + 1) and not self._lengthened(
            other, for_mark=draft["mark"]
        ):
            return False
        for own in {revision, *(leaf["_rev"] for leaf in mine)} - {""}:
            self._withdraw(draft["_id"], own)
        self._tell("refused", draft["_id"])
        return True

    def _lengthened(self, leaf: Json, *, for_mark: str = "") -> Json | None:
        """Save a branch again as it is; None unless most copies have taken it."""
        content = {name: value for name, value in leaf.items() if name not in {"_conflicts", "gave_way"}}
        longer = marked(content, _marks(leaf), self._now()) | ({"gave_way": for_mark} if for_mark else {})
        try:
            answer = self._connection.ask("put_document", doc_id=leaf["_id"], document=longer)
        except ConflictError:
            return None
        return {**longer, "_rev": answer.result["rev"]} if answer.status != ACCEPTED else None

    def _saved_again(self, draft: Json, revision: str) -> tuple[Json | None, str]:
        try:
            answer = self._connection.ask("put_document", doc_id=draft["_id"], document=draft)
        except ConflictError as error:
            if "_rev" in draft and self._stored(draft["_id"]) is None:  # it was deleted
                if revision:
                    self._withdraw(draft["_id"], revision)
                raise RevisionConflictError from error
            return None, revision
        rev = str(answer.result["rev"])
        return ({**draft, "_rev": rev} if answer.status != ACCEPTED else None), rev

    def _withdraw(self, document_id: str, revision: str) -> None:
        """Delete a revision on all copies, also on those that do not have it yet; every writer makes the same deletion."""
        generation, _, digest = revision.partition("-")
        deletion = hashlib.md5(f"withdrawn {revision}".encode(), usedforsecurity=False).hexdigest()
        revisions = {"start": int(generation) + 1, "ids": [deletion, digest]}
        rev = f"{revisions['start']}-{deletion}"
        gone = {"_id": document_id, "_rev": rev, "_deleted": True, "_revisions": revisions}
        with suppress(StoreUnavailableError):  # it has lost in any case, and whoever reads it later removes it
            self._connection.ask("post_bulk_docs", bulk_docs={"docs": [gone], "new_edits": False})

    def _settle(self, document_id: str, stored: Json) -> None:
        """Remove the branches that have lost, unless a writer may still be at work on them."""
        leaves = [stored, *self._others(document_id, stored)]
        candidates = [leaf for leaf in leaves if _generation(leaf) == _longest(leaves)]
        # A branch that somebody lengthened to give way holds no save of its own.
        saves = [leaf for leaf in candidates if "gave_way" not in leaf] or candidates[:1]
        if len(saves) > 1 and any(self._now() - leaf.get("saved_at", 0.0) < self._abandoned_after for leaf in saves):
            return
        standing = max(saves, key=_rank)
        for leaf in leaves:
            if leaf is not standing:
                self._remove(leaf)
                self._tell("settled", document_id)

    def _remove(self, leaf: Json) -> None:
        with suppress(ConflictError, MissingError):  # somebody else has done it, or has gone on from it
            self._connection.ask("delete_document", doc_id=leaf["_id"], rev=leaf["_rev"])

    def _leaves(self, document_id: str) -> list[Json]:
        stored = self._stored(document_id)
        return [stored, *self._others(document_id, stored)] if stored else []

    def _others(self, document_id: str, stored: Json) -> list[Json]:
        found = (self._stored(document_id, revision=revision) for revision in stored.get("_conflicts", ()))
        return [leaf for leaf in found if leaf]

    def _stored(self, document_id: str, *, revision: str | None = None) -> Json | None:
        try:
            return dict(self._connection.call("get_document", doc_id=document_id, rev=revision, conflicts=not revision or None))
        except MissingError:
            return None

    def _tell(self, outcome: str, document_id: str) -> None:
        log.warning("a document has branches", extra={"kind": document_id.partition(":")[0], "outcome": outcome})
        self._note(outcome)


def marked(content: Json, marks: Sequence[str], now: float) -> Json:
    """Return a document as it is saved next: no two saves are the same, and each is known again by its mark for a while."""
    mark = secrets.token_hex(8)
    return {**content, "mark": mark, "marks": [*marks, mark][-_MOST_MARKS:], "saved_at": now}


def _marks(stored: Json) -> list[str]:
    return list(stored.get("marks") or [stored["mark"]])


def _generation(stored: Json) -> int:
    return int(str(stored.get("_rev", "")).partition("-")[0] or 0)


def _longest(leaves: Sequence[Json]) -> int:
    return max(map(_generation, leaves), default=0)


def _rank(stored: Json) -> tuple[int, str]:
    return _generation(stored), str(stored["_rev"])
