"""Puts the budgets service together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from budgets import errors
from budgets.api import BudgetsApi
from budgets.categories.check import CategoryCheck
from budgets.categories.service import CategoryTracking
from budgets.consumers import Consumers
from budgets.conversions.service import LimitConversions
from budgets.imports.service import ImportReviews
from budgets.projection import SpendingProjection
from budgets.queries import BudgetQueries
from budgets.service import BudgetService
from budgets.settings import BudgetsSettings
from budgets.tables import shared
from budgets.unit_of_work import BudgetsStore
from chassis.messaging.events import event_maker
from chassis.messaging.relay import sharing
from chassis.process.service import Service
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import Statuses
from chassis.security.encryption import Encryptor
from chassis.storage.cleanup import clean_up_hourly
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from chassis.storage.probe import database_probes
from chassis.storage.schema import Schema
from chassis.web.app import AppParts, build_app
from chassis.web.paging import Cursors
from chassis.web.spec import load_spec

STATUSES: Statuses = {
    errors.DepartedError: HTTPStatus.FORBIDDEN,
    errors.BudgetNotFoundError: HTTPStatus.NOT_FOUND,
    errors.BudgetChangedError: HTTPStatus.PRECONDITION_FAILED,
    errors.InvalidBudgetError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyBudgetsError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnknownCategoryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.CategoryPendingError: HTTPStatus.SERVICE_UNAVAILABLE,
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
    category_wait: float = 5.0,
) -> Service:
    """Return the service.

    `wake` is called after each commit with events; `relay_owner` names the process that relays them. `category_wait` is for how
    many seconds a request waits for the event of a category that was just created.
    """
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), check_schema=Schema("budgets").check_store)
    store = BudgetsStore(database, event_maker("budgets", clock, ids))
    projection, imports = SpendingProjection(clock=clock, new_id=ids), ImportReviews(clock=clock)
    check = CategoryCheck(store, timeout=category_wait)
    service = BudgetService(store, projection=projection, categories=check, clock=clock, new_id=ids)
    consumers = Consumers(
        store,
        projection=projection,
        categories=CategoryTracking(projection),
        conversions=LimitConversions(projection),
        imports=imports,
    )

    parts = AppParts(
        name="budgets",
        spec=load_spec("budgets"),
        handlers=BudgetsApi(service, BudgetQueries(store, clock=clock), Cursors(encryptor)),
        verify=verify,
        statuses=STATUSES,
        metrics=metrics,
        checks={"database": database.check},
        workers=database.threads,
        validate_responses=validate_responses,
        quiet=quiet,
    )
    return Service(
        name="budgets",
        web=build_app(parts),
        outbox=SqlOutbox(database, shared.outbox, owner=relay_owner),
        queues=consumers.queues(),
        workers=(clean_up_hourly("budgets", store, shared.due_job, holder=relay_owner),),
        migrate=lambda: migrate(database, "budgets"),
        clean_up=partial(imports.give_up_waiting, store),
        check=database.check,
        probes=lambda: database_probes(database, "budgets", "BUDGETS_DB"),
        close=database.close,
    )
