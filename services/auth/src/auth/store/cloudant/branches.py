"""Conflicting revisions: finds out which of several saves of one revision counts, and removes the others (ADR 034).

Each copy in a cluster decides by itself whether it accepts a save. So two saves of one revision may both be accepted somewhere,
and the document then has two branches. A save that most copies have confirmed (201) counts. The outcome of one that fewer have
confirmed (202), or whose response got lost, is unknown, and its writer finds out here:

- If it sees another branch, it gives way: it adds a revision to the other branch, which makes that one the longest on every copy,
  and withdraws its own branch by a deletion that also holds on copies that show the branch only later.
- If it sees only its own branch several times, it confirms it by another revision, which most copies have to accept.

Any other reader that finds branches removes the shorter ones. It leaves equally long ones to their writers; if those processes have
died, the highest revision wins, as in CouchDB itself.
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
_PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each read; together as long as a request may wait."""
_READS_ALONE = 3
"""How often a writer has to see only its own branch before it confirms it."""


class UnresolvedError(StoreUnavailableError):
    """The document has conflicting revisions that are not resolved yet; the caller should try again."""


class Branches:
    """Resolves branches. Several threads, processes and machines may do so at the same time."""

    def __init__(
        self,
        connection: Connection,
        *,
        abandoned_after: float,
        report: Callable[[str], None],
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """A writer is taken for dead after `abandoned_after` seconds; `report` is called with `found`, `refused` or `settled`."""
        self._connection, self._abandoned_after, self._report = connection, abandoned_after, report
        self._now, self._pause = now, pause

    def read(self, document_id: str) -> Json | None:
        """Return a document once it has one branch, None if there is none; raises UnresolvedError if branches remain."""
        for attempt, seconds in enumerate(_PAUSES):
            self._pause(seconds)
            stored = self._stored(document_id)
            if stored is None or not stored.get("_conflicts"):
                return stored
            if attempt == 0:
                self._log("found", document_id)
            self._resolve(document_id, stored)
        raise UnresolvedError

    def save(self, draft: Json) -> Json:
        """Save a document; return it as it is stored.

        Raises:
            RevisionConflictError: if somebody else saved, deleted or created it meanwhile.
            UnresolvedError: if it cannot be found out whether it was saved.
        """
        try:
            response = self._connection.send("put_document", doc_id=draft["_id"], document=draft)
        except ConflictError as error:
            return self._after_refusal(draft, repeated=error.repeated)
        if response.status != ACCEPTED:
            return {**draft, "_rev": response.result["rev"]}
        return self.outcome(draft, response.result["rev"])

    def save_all(self, drafts: Sequence[Json]) -> dict[str, Json]:
        """Save several, each by itself; return those that were saved, by their ids."""
        response = self._connection.send("post_bulk_docs", bulk_docs={"docs": list(drafts)})
        rows = {row["id"]: row for row in response.result}
        outcomes = {draft["_id"]: self._from_bulk(draft, rows.get(draft["_id"], {}), response.status) for draft in drafts}
        return {document_id: saved for document_id, saved in outcomes.items() if saved}

    def _from_bulk(self, draft: Json, row: Json, status: int) -> Json | None:
        revision = str(row.get("rev", ""))
        if not revision or row.get("error"):
            return None
        if status != ACCEPTED and not row.get("accepted"):
            return {**draft, "_rev": revision}
        with suppress(RevisionConflictError, UnresolvedError):
            return self.outcome(draft, revision)
        return None

    def outcome(self, draft: Json, revision: str = "") -> Json:
        """Return the document as it is stored if this save of unknown outcome counts; raises as `save` does.

        `revision` is the one that the save made, empty if that is unknown too.
        """
        reads_alone = 0
        for seconds in _PAUSES:
            self._pause(seconds)
            mine, others = self._split(draft)
            if others and _longest(others) >= _longest(mine):
                if self._give_way(draft, revision, mine, others):
                    raise RevisionConflictError
            elif others or _longest(mine) > _generation(draft) + 1:
                return max(mine, key=_rank)  # somebody has continued it
            elif mine:
                reads_alone += 1
                if reads_alone >= _READS_ALONE and (confirmed := self._extend(mine[0])):
                    return confirmed
            else:
                saved, revision = self._save_again(draft, revision)
                if saved:
                    return saved
        raise UnresolvedError

    def delete(self, document_id: str, revision: str) -> None:
        """Delete a revision; raises as `save` does."""
        for seconds in _PAUSES:
            self._pause(seconds)
            repeated = False
            try:
                response = self._connection.send("delete_document", doc_id=document_id, rev=revision)
            except (ConflictError, MissingError) as error:
                repeated = isinstance(error, ConflictError) and error.repeated
                if not repeated:
                    raise RevisionConflictError from error
            else:
                if response.status != ACCEPTED:
                    return
            stored = self.read(document_id)
            if stored is None:
                return
            if stored["_rev"] != revision:
                raise RevisionConflictError
        raise UnresolvedError

    def _after_refusal(self, draft: Json, *, repeated: bool) -> Json:
        """Find out whether an earlier attempt succeeded but its response got lost, or a refused save has left a branch."""
        mine, others = self._split(draft)
        if repeated or (mine and not others):
            return self.outcome(draft)
        for leaf in mine:
            self._remove(leaf)  # refused if another writer has given way to it
        raise RevisionConflictError

    def _split(self, draft: Json) -> tuple[list[Json], list[Json]]:
        """Return the branches that contain this save, and those that others made from the same revision."""
        leaves = self._leaves(draft["_id"])
        mine = [leaf for leaf in leaves if draft["mark"] in _marks(leaf)]
        others = [leaf for leaf in leaves if leaf not in mine and _generation(leaf) > _generation(draft)]
        return mine, others

    def _give_way(self, draft: Json, revision: str, mine: Sequence[Json], others: Sequence[Json]) -> bool:
        """Withdraw a save once another branch is longer; return False if the branches have to be read again."""
        other = max(others, key=_rank)
        if _generation(other) <= max(_longest(mine), _generation(draft) + 1) and not self._extend(other, for_mark=draft["mark"]):
            return False
        for own in {revision, *(leaf["_rev"] for leaf in mine)} - {""}:
            self._withdraw(draft["_id"], own)
        self._log("refused", draft["_id"])
        return True

    def _extend(self, leaf: Json, *, for_mark: str = "") -> Json | None:
        """Save a branch again as it is; return None unless most copies have accepted it."""
        content = {name: value for name, value in leaf.items() if name not in {"_conflicts", "gave_way"}}
        longer = marked(content, _marks(leaf), self._now()) | ({"gave_way": for_mark} if for_mark else {})
        try:
            response = self._connection.send("put_document", doc_id=leaf["_id"], document=longer)
        except ConflictError:
            return None
        return {**longer, "_rev": response.result["rev"]} if response.status != ACCEPTED else None

    def _save_again(self, draft: Json, revision: str) -> tuple[Json | None, str]:
        try:
            response = self._connection.send("put_document", doc_id=draft["_id"], document=draft)
        except ConflictError as error:
            if "_rev" in draft and self._stored(draft["_id"]) is None:  # it was deleted
                if revision:
                    self._withdraw(draft["_id"], revision)
                raise RevisionConflictError from error
            return None, revision
        rev = str(response.result["rev"])
        return ({**draft, "_rev": rev} if response.status != ACCEPTED else None), rev

    def _withdraw(self, document_id: str, revision: str) -> None:
        """Delete a revision on all copies, even on those that do not have it yet; every writer makes the same deletion."""
        generation, _, digest = revision.partition("-")
        deletion = hashlib.md5(f"withdrawn {revision}".encode(), usedforsecurity=False).hexdigest()
        revisions = {"start": int(generation) + 1, "ids": [deletion, digest]}
        rev = f"{revisions['start']}-{deletion}"
        gone = {"_id": document_id, "_rev": rev, "_deleted": True, "_revisions": revisions}
        with suppress(StoreUnavailableError):  # it has lost in any case, and the next reader removes it
            self._connection.send("post_bulk_docs", bulk_docs={"docs": [gone], "new_edits": False})

    def _resolve(self, document_id: str, stored: Json) -> None:
        """Remove the branches that have lost, unless their writers may still be resolving them."""
        leaves = [stored, *self._others(document_id, stored)]
        candidates = [leaf for leaf in leaves if _generation(leaf) == _longest(leaves)]
        # A branch that was only extended to give way contains no save of its own.
        saves = [leaf for leaf in candidates if "gave_way" not in leaf] or candidates[:1]
        if len(saves) > 1 and any(self._now() - leaf.get("saved_at", 0.0) < self._abandoned_after for leaf in saves):
            return
        winner = max(saves, key=_rank)
        for leaf in leaves:
            if leaf is not winner:
                self._remove(leaf)
                self._log("settled", document_id)

    def _remove(self, leaf: Json) -> None:
        with suppress(ConflictError, MissingError):  # somebody else has removed or continued it
            self._connection.send("delete_document", doc_id=leaf["_id"], rev=leaf["_rev"])

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

    def _log(self, outcome: str, document_id: str) -> None:
        log.warning("a document has conflicting revisions", extra={"kind": document_id.partition(":")[0], "outcome": outcome})
        self._report(outcome)


def marked(content: Json, marks: Sequence[str], now: float) -> Json:
    """Return the content of the next save with a mark by which it can be recognised for a while."""
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
