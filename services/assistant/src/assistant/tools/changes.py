"""Makes confirmed changes, and undoes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from assistant.tools import links
from assistant.tools.client import PublicApi, RefusedError, place
from assistant.tools.model import Change, ToolError
from assistant.tools.recategorisation import Recategorisation, explained

Values = Mapping[str, Any]


class Changes:
    """Makes each proposed change once."""

    def __init__(self, api: PublicApi) -> None:
        self._api, self._recategorising = api, Recategorisation(api)
        self._actions: Mapping[str, Callable[[str, Values], Change]] = {
            "add_expense": self._add_expense,
            "set_budget": self._set_budget,
            "change_budget": self._change_budget,
            "recategorise": lambda _id, values: self._recategorising.carry_out(values),
        }

    def carry_out(self, proposal_id: str, action: str, parameters: Values) -> Change:
        """Make a change; calling it again with the same id and parameters has no further effect."""
        if action not in self._actions:
            raise ToolError(f"{action!r} is not a possible action.", code="action")
        return self._actions[action](proposal_id, parameters)

    def undo(self, change: Values) -> None:
        """Undo what `Change.undo` describes."""
        match change.get("action"):
            case "add_expense":
                self._remove("expenses", change, "The entry has been changed since, so it was left as it is.")
            case "set_budget":
                self._remove("budgets", change, "The budget has been changed since, so it was left as it is.")
            case "change_budget":
                self._restore_budget(change)
            case "recategorise":
                self._recategorising.undo(change)
            case _:
                raise ToolError("This cannot be undone.", code="action")

    def _add_expense(self, proposal_id: str, values: Values) -> Change:
        body = {
            "kind": values["kind"],
            "amount": {"amount": values["amount"], "currency": values["currency"]},
            "spent_on": values["spent_on"],
            **{name: values[name] for name in ("payee", "description", "category_id") if values.get(name)},
        }
        made = self._api.create("/expenses", body, key=proposal_id)
        undo = {"action": "add_expense", "id": made["id"], "version": made["version"]}
        return Change("add_expense", links.day_of(made["spent_on"], made["payee"], made["kind"]), undo)

    def _set_budget(self, proposal_id: str, values: Values) -> Change:
        body = {
            "name": values["name"],
            "amount": {"amount": values["limit"], "currency": values["currency"]},
            "period": values["cycle"],
            "category_ids": list(values["category_ids"]),
        }
        made = self._api.create("/budgets", body, key=proposal_id)
        undo = {"action": "set_budget", "id": made["id"], "version": made["version"]}
        return Change("set_budget", links.budget(made["id"]), undo)

    def _change_budget(self, _proposal_id: str, values: Values) -> Change:
        path, wanted = place("budgets", values["budget_id"]), {"amount": values["limit"], "currency": values["currency"]}
        before = self._api.read(path)
        link = links.budget(before["id"])
        if before["version"] == values["version"] + 1 and _same_amount(before["amount"], wanted):
            # It was already done, and the first answer contained the previous limit.
            return Change("change_budget", link)
        now = self._api.change(path, {"amount": wanted}, version=values["version"])
        undo = {"action": "change_budget", "id": now["id"], "version": now["version"], "amount": before["amount"]}
        return Change("change_budget", link, undo)

    def _restore_budget(self, change: Values) -> None:
        try:
            self._api.change(place("budgets", change["id"]), {"amount": change["amount"]}, version=change["version"])
        except RefusedError as error:
            raise explained(error, "The budget has been changed since, so it was left as it is.") from error

    def _remove(self, collection: str, change: Values, changed: str) -> None:
        try:
            self._api.remove(place(collection, change["id"]), version=change["version"])
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise explained(error, changed) from error


def _same_amount(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two amounts are equal, with or without trailing zeros."""
    return one["currency"] == other["currency"] and Decimal(one["amount"]) == Decimal(other["amount"])
