"""Puts the budgets service together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from budgets.adapters.sql import SqlStore, chassis
from budgets.consumers import Consumers
from budgets.domain import errors
from budgets.domain.bookkeeping import Bookkeeping
from budgets.domain.category_check import CategoryCheck
from budgets.domain.converting import Converting
from budgets.domain.following import Following
from budgets.domain.importing import Importing
from budgets.domain.planning import Planning
from budgets.domain.reading import Reading
from budgets.domain.review import Review
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
    errors.UnknownCategoryError: 422,
    errors.CategoryPendingError: 503,
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
    patience: float = 5.0,
) -> Service:
    """Return the service.

    `wake` is called after each commit with events; `relay_owner` names the process that relays them. `patience` is for how many
    seconds a request waits for the news of a category that was just created.
    """
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), prove=Schema("budgets").prove)
    store = SqlStore(database, event_maker("budgets", clock, ids))
    review, check = Review(clock=clock, new_id=ids), CategoryCheck(store, patience=patience)
    handlers = Handlers(
        Planning(store, review=review, check=check, clock=clock, new_id=ids), Reading(store, clock=clock), Cursors(vault)
    )
    importing = Importing(clock=clock)
    consumers = Consumers(
        store,
        bookkeeping=Bookkeeping(clock=clock, new_id=ids),
        following=Following(review),
        converting=Converting(review),
        importing=importing,
    )

    def tidy() -> None:
        store.tidy()
        importing.give_up_waiting(store)

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
        queues=consumers.queues(),
        migrate=lambda: migrate(database, "budgets"),
        tidy=tidy,
        check=database.check,
        probes=lambda: database_probes(database, "budgets", "BUDGETS_DB"),
        close=database.close,
    )
