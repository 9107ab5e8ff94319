"""Puts the service together; the only file that knows all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chassis.messaging.events import event_maker
from chassis.messaging.relay import sharing
from chassis.process.service import Service
from chassis.runtime.background_check import BackgroundCheck
from chassis.runtime.clock import Clock, system_clock
from chassis.runtime.ids import Ids, uuid7
from chassis.runtime.metrics import Metrics
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from chassis.storage.probe import database_probes
from chassis.storage.schema import Schema
from chassis.web.app import AppParts, build_app
from chassis.web.paging import Cursors
from chassis.web.spec import load_spec
from expenses.adapters.ecb import EcbRates
from expenses.adapters.months import BabelMonths
from expenses.adapters.sql import SqlStore, chassis
from expenses.announcer import Announcer
from expenses.consumers import Consumers
from expenses.domain import errors
from expenses.domain.catalogue import Catalogue
from expenses.domain.category_news import CategoryNews
from expenses.domain.conversion import Converter, RatesToday
from expenses.domain.exports import Exports
from expenses.domain.importing import Importing
from expenses.domain.ledger import Ledger
from expenses.domain.people import People
from expenses.domain.restoring import Trash
from expenses.domain.settling import ImportSettling
from expenses.domain.suggesting import Suggestions
from expenses.domain.summary import Summary
from expenses.handlers import Handlers
from expenses.import_worker import ImportWorker
from expenses.receipts.checks import receipt_probes
from expenses.receipts.downloads import ReceiptContents
from expenses.receipts.opening import examiner_from, files_from
from expenses.receipts.service import ReceiptBook
from expenses.settings import ExpensesSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chassis.security.encryption import Encryptor
    from expenses.domain.ports import Rates

STATUSES = {
    errors.InvalidMappingError: 400,
    errors.DepartedError: 403,
    errors.ExpenseNotFoundError: 404,
    errors.CategoryNotFoundError: 404,
    errors.ImportNotFoundError: 404,
    errors.ReceiptNotFoundError: 404,
    errors.CategoryExistsError: 409,
    errors.CategoryInUseError: 409,
    errors.ImportRunningError: 409,
    errors.CategoryBusyError: 409,
    errors.StaleVersionError: 412,
    errors.ReceiptTooLargeError: 413,
    errors.UnknownReceiptTypeError: 415,
    errors.RangeNotSatisfiableError: 416,
    errors.UnacceptableReceiptError: 422,
    errors.TooManyReceiptsError: 422,
    errors.InvalidExpenseError: 422,
    errors.InvalidCategoryError: 422,
    errors.InvalidFilterError: 422,
    errors.UnreadableFileError: 422,
    errors.ReceiptFileMissingError: 500,
    errors.ImportInterruptedError: 503,
    errors.ConvertingError: 503,
}


def build(
    settings: ExpensesSettings,
    *,
    verify: Callable[[str], dict[str, Any]],
    encryptor: Encryptor,
    metrics: Metrics | None = None,
    clock: Clock = system_clock,
    ids: Ids = uuid7,
    rates: Rates | None = None,
    wake: Callable[[], None] = lambda: None,
    relay_owner: str = "expenses",
    validate_responses: bool = False,
    quiet: bool = False,
) -> Service:
    """Return the service; nothing is connected or started yet."""
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), prove=Schema("expenses").prove)
    store = SqlStore(database, event_maker("expenses", clock, ids))
    converter = Converter(rates or EcbRates())
    files, examiner = files_from(settings), examiner_from(settings)
    settling = ImportSettling(store, converter, clock)
    receipts = ReceiptBook(store, files, examiner, clock, ids)
    trash = Trash(store, converter, clock)
    handlers = Handlers(
        ledger=Ledger(store, converter, clock, ids),
        trash=trash,
        suggestions=Suggestions(store),
        catalogue=Catalogue(store, settling, clock, ids),
        summary=Summary(store),
        importing=Importing(store, converter, BabelMonths(), clock, ids),
        exports=Exports(store),
        receipts=receipts,
        contents=ReceiptContents(store, files, examiner),
        rates_today=RatesToday(converter, clock),
        cursors=Cursors(encryptor),
    )

    def clean_up() -> None:
        store.clean_up()
        trash.purge()
        receipts.clean_up()

    parts = AppParts(
        name="expenses",
        spec=load_spec("expenses"),
        handlers=handlers,
        verify=verify,
        statuses=STATUSES,
        metrics=metrics or Metrics(),
        checks={"database": database.check},
        validate_responses=validate_responses,
        quiet=quiet,
    )
    return Service(
        name="expenses",
        web=build_app(parts),
        outbox=SqlOutbox(database, chassis.outbox, owner=relay_owner),
        queues=Consumers(People(store, files, settling, converter, clock)).queues,
        workers=(Announcer(CategoryNews(store)), ImportWorker(settling)),
        migrate=lambda: migrate(database, "expenses"),
        clean_up=clean_up,
        check=database.check,
        optional_checks={"receipts": BackgroundCheck(files.check)},
        probes=lambda: [*database_probes(database, "expenses", "EXPENSES_DB"), *receipt_probes(settings, files)],
        close=database.close,
    )
