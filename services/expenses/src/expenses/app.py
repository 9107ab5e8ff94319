"""Puts the service together; the only file that knows all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.messaging.events import event_maker
from chassis.messaging.relay import sharing
from chassis.process.service import Service
from chassis.runtime.background_check import BackgroundCheck
from chassis.runtime.clock import Clock, system_clock
from chassis.runtime.ids import Ids, uuid7
from chassis.runtime.metrics import Metrics
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
from expenses import errors
from expenses.categories.api import CategoryApi
from expenses.categories.events import CategoryPublisher
from expenses.categories.removal import RemovalStep
from expenses.categories.service import CategoryService
from expenses.categories.worker import CategoryWorker
from expenses.entries.api import ExpenseApi
from expenses.entries.service import ExpenseService
from expenses.entries.suggestions import CategorySuggestions
from expenses.entries.trash import TrashService
from expenses.home_currency.conversion import HomeCurrencyChange
from expenses.imports.api import ImportApi
from expenses.imports.service import ImportService
from expenses.imports.steps import publish, revert, undo
from expenses.people.consumers import PeopleConsumers
from expenses.people.service import PeopleService
from expenses.rates.api import ExchangeRateApi
from expenses.rates.converter import Converter
from expenses.rates.ecb import EcbRates
from expenses.receipts.api import ReceiptApi
from expenses.receipts.checks import receipt_probes
from expenses.receipts.downloads import ReceiptDownloads
from expenses.receipts.examiner import ReceiptExaminer
from expenses.receipts.files import files_from
from expenses.receipts.service import ReceiptService
from expenses.reports.api import ReportApi
from expenses.reports.exports import ExportService
from expenses.reports.summary import SummaryService
from expenses.settings import ExpensesSettings
from expenses.tables import chassis
from expenses.tasks.model import TaskState
from expenses.tasks.service import Step, TaskRunner
from expenses.tasks.worker import TaskWorker
from expenses.unit_of_work import ExpensesStore

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


def task_runner(store: ExpensesStore, converter: Converter, clock: Clock) -> TaskRunner:
    """Return what finishes tasks, with the steps of each kind of task."""
    steps: dict[TaskState, Step] = {
        TaskState.REVERTING: revert,
        TaskState.PUBLISHING: publish,
        TaskState.UNDOING: undo,
        TaskState.MOVING: RemovalStep(clock),
        TaskState.CONVERTING: HomeCurrencyChange(converter, clock).step,
    }
    return TaskRunner(store, steps)


def build(
    settings: ExpensesSettings,
    *,
    verify: Callable[[str], dict[str, Any]],
    encryptor: Encryptor,
    metrics: Metrics | None = None,
    clock: Clock = system_clock,
    ids: Ids = uuid7,
    rates: EcbRates | None = None,
    wake: Callable[[], None] = lambda: None,
    relay_owner: str = "expenses",
    validate_responses: bool = False,
    quiet: bool = False,
) -> Service:
    """Return the service; nothing is connected or started yet."""
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), check_schema=Schema("expenses").check_store)
    store = ExpensesStore(database, event_maker("expenses", clock, ids))
    converter = Converter(rates or EcbRates())
    files, examiner = files_from(settings), ReceiptExaminer.from_settings(settings)
    tasks = task_runner(store, converter, clock)
    receipts = ReceiptService(store, files, examiner, clock, ids)
    trash = TrashService(store, converter, clock)
    cursors = Cursors(encryptor)
    apis = (
        ExpenseApi(ExpenseService(store, converter, clock, ids), trash, CategorySuggestions(store), cursors),
        CategoryApi(CategoryService(store, tasks, clock, ids)),
        ReportApi(SummaryService(store), ExportService(store)),
        ImportApi(ImportService(store, converter, tasks, clock, ids), cursors),
        ReceiptApi(receipts, ReceiptDownloads(store, files, examiner)),
        ExchangeRateApi(converter, clock),
    )
    people = PeopleService(store, files, tasks, HomeCurrencyChange(converter, clock))

    def clean_up() -> None:
        trash.purge()
        receipts.clean_up()

    parts = AppParts(
        name="expenses",
        spec=load_spec("expenses"),
        handlers=apis,
        verify=verify,
        statuses=STATUSES,
        metrics=metrics or Metrics(),
        checks={"database": database.check},
        workers=database.threads,
        validate_responses=validate_responses,
        quiet=quiet,
    )
    return Service(
        name="expenses",
        web=build_app(parts),
        outbox=SqlOutbox(database, chassis.outbox, owner=relay_owner),
        queues=PeopleConsumers(people).queues,
        workers=(
            CategoryWorker(CategoryPublisher(store)),
            TaskWorker(tasks),
            clean_up_hourly("expenses", store, chassis.due_job, holder=relay_owner),
        ),
        migrate=lambda: migrate(database, "expenses"),
        clean_up=clean_up,
        check=database.check,
        optional_checks={"receipts": BackgroundCheck(files.check)},
        probes=lambda: [*database_probes(database, "expenses", "EXPENSES_DB"), *receipt_probes(settings, files)],
        close=database.close,
    )
