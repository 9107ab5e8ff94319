"""Puts the budgets service together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from budgets.adapters.sql import SqlStore, chassis
from budgets.consumers import Consumers
from budgets.domain import errors
from budgets.domain.bookkeeping import Bookkeeping
from budgets.domain.planning import Planning
from budgets.domain.reading import Reading
from budgets.handlers import Handlers
from budgets.settings import BudgetsSettings
from chassis.app import AppParts, build_app
from chassis.clock import Clock
from chassis.events import event_maker
from chassis.ids import Ids
from chassis.metrics import Metrics
from chassis.paging import Cursors
from chassis.relay import sharing
from chassis.service import Service
from chassis.spec import load_spec
from chassis.sql import Database, SqlOutbox
from chassis.sql.migrations import migrate
from chassis.sql.probing import database_probes
from chassis.sql.schema import Schema
from chassis.vault import Vault

STATUSES: dict[type[Exception], int] = {
    errors.BudgetNotFoundError: 404,
    errors.BudgetChangedError: 412,
    errors.InvalidBudgetError: 422,
    errors.TooManyBudgetsError: 422,
    errors.DepartedError: 403,
}


def build(
    settings: BudgetsSettings,
    *,
    verify: Callable[[str], dict[str, Any]],
    vault: Vault,
    metrics: Metrics,
    clock: Clock,
    ids: Ids,
    wake: Callable[[], None],
    relay_owner: str,
    validate_responses: bool = False,
    quiet: bool = False,
) -> Service:
    """Return the service. `wake` is called after each commit with events; `relay_owner` names the process that relays them."""
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), prove=Schema("budgets").prove)
    store = SqlStore(database, event_maker("budgets", clock, ids))
    handlers = Handlers(Planning(store, clock=clock, new_id=ids), Reading(store, clock=clock), Cursors(vault))
    parts = AppParts(
        name="budgets",
        spec=load_spec("budgets"),
        handlers=handlers,
        verify=verify,
        statuses=STATUSES,
        metrics=metrics,
        checks={"database": database.check},
        validate_responses=validate_responses,
        quiet=quiet,
    )
    return Service(
        name="budgets",
        web=build_app(parts),
        outbox=SqlOutbox(database, chassis.outbox, owner=relay_owner),
        queues=Consumers(store, Bookkeeping(clock=clock, new_id=ids)).queues(),
        migrate=lambda: migrate(database, "budgets"),
        tidy=store.tidy,
        check=database.check,
        probes=lambda: database_probes(database, "budgets", "BUDGETS_DB"),
        close=database.close,
    )
