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
from chassis.messaging.events import event_maker
from chassis.messaging.relay import sharing
from chassis.process.service import Service
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from chassis.storage.probe import database_probes
from chassis.storage.schema import Schema
from chassis.web.app import AppParts, build_app
from chassis.web.paging import Cursors
from chassis.web.spec import load_spec

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
    encryptor: Encryptor,
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
        Planning(store, review=review, check=check, clock=clock, new_id=ids), Reading(store, clock=clock), Cursors(encryptor)
    )
    importing = Importing(clock=clock)
    consumers = Consumers(
        store,
        bookkeeping=Bookkeeping(clock=clock, new_id=ids),
        following=Following(review),
        converting=Converting(review),
        importing=importing,
    )

    def clean_up() -> None:
        store.clean_up()
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
        clean_up=clean_up,
        check=database.check,
        probes=lambda: database_probes(database, "budgets", "BUDGETS_DB"),
        close=database.close,
    )
