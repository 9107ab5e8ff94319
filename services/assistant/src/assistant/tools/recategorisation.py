"""Moves entries to another category: all of them, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from assistant.tools.client import PublicApi, RefusedError, place
from assistant.tools.model import Change, ToolError

MOST = 200
"""Entries in one change."""


def explained(error: RefusedError, changed: str) -> ToolError:
    """Return an error with the message `changed` if the version is outdated, otherwise the error itself."""
    return ToolError(changed, code=error.code) if error.status == HTTPStatus.PRECONDITION_FAILED else error


@dataclass(frozen=True, slots=True)
class _Move:
    """An entry and its version, its new category, and its previous one."""

    id: str
    version: int
    category_id: str | None
    before: str | None = None

    def back(self) -> _Move:
        return _Move(self.id, self.version, self.before, self.category_id)

    def to_json(self) -> dict[str, Any]:
        """Return what `undo` needs, as JSON values."""
        return {"id": self.id, "version": self.version, "category_id": self.before}


class Recategorisation:
    """Changes the categories of up to 200 entries."""

    def __init__(self, api: PublicApi) -> None:
        self._api = api

    def carry_out(self, values: Mapping[str, Any]) -> Change:
        """Move all `entries` to the category `category_id`; those already in it are left alone."""
        entries: Sequence[Mapping[str, Any]] = values["entries"]
        if len(entries) > MOST:
            message = (
                f"At most {MOST} entries can be changed at once, not {len(entries)}. Narrow it down, for example to one month."
            )
            raise ToolError(message, code="too-many")
        done = self._all_or_none([_Move(entry["id"], entry["version"], values["category_id"]) for entry in entries])
        link = f"/expenses?category={values['category_id'] or 'none'}"
        undo = {"action": "recategorise", "category_id": values["category_id"], "entries": [move.to_json() for move in done]}
        return Change("recategorise", link, undo, count=len(done))

    def undo(self, change: Mapping[str, Any]) -> None:
        """Move all entries back to their previous categories."""
        self._all_or_none([_Move(entry["id"], entry["version"], entry["category_id"]) for entry in change["entries"]])

    def _all_or_none(self, moves: Sequence[_Move]) -> list[_Move]:
        done: list[_Move] = []
        for move in moves:
            try:
                moved = self._move(move)
            except ToolError as error:
                raise self._rolled_back(done, error) from error
            if moved is not None:
                done.append(moved)
        return done

    def _move(self, move: _Move) -> _Move | None:
        """Change one entry; return the move with its new version, or None if there was nothing to do."""
        path = place("expenses", move.id)
        before = self._api.read(path)
        if before["category_id"] == move.category_id:
            return None
        now = self._api.change(path, {"category_id": move.category_id}, version=move.version)
        return _Move(move.id, now["version"], move.category_id, before["category_id"])

    def _rolled_back(self, done: Sequence[_Move], error: ToolError) -> ToolError:
        """Undo what was done before the error; return the error to raise."""
        stuck = 0
        for move in reversed(done):
            try:
                self._move(move.back())
            except ToolError:
                stuck += 1
        changed = "One of these entries has been changed since"
        reason = (
            changed
            if isinstance(error, RefusedError) and error.status == HTTPStatus.PRECONDITION_FAILED
            else str(error).rstrip(".")
        )
        kept = f"{stuck} of {len(done) + 1} entries could not be put back" if stuck else "all entries are as they were"
        return ToolError(f"{reason}; {kept}.", code=error.code, lasting=error.lasting)
