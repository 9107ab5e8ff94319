"""Export and import of this service's data. Row numbers belong to one store: another store gives new ones, in the same order."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.transfer import ServiceData, TransferPart
from chassis.storage.transfer_rows import InboxMark, Owned, TablePart, added, amount, shared_parts, unsent
from expenses import tables as t
from expenses.receipts.files import files_from
from expenses.receipts.store import receipt, receipt_file
from expenses.receipts.transfer import ReceiptFileTransfer
from expenses.settings import ExpensesSettings

_SHOWN = sa.exists().where(receipt.c.owner == receipt_file.c.owner, receipt.c.sha256 == receipt_file.c.sha256)
_WRITTEN = {"author": added("author")}
_PAID = _WRITTEN | {
    "amount_minor": amount("amount_minor", "currency", "amount"),
    "home_minor": amount("home_minor", "home_currency", "home_amount"),
}


def data_of(settings: ExpensesSettings) -> ServiceData:
    """Return the data in the stores that the settings name; nothing is connected yet."""
    database = Database(settings.database)
    return ServiceData(
        name="expenses",
        parts=_parts(database),
        files=ReceiptFileTransfer(database, files_from(settings)),
        import_mark=InboxMark(database, t.chassis.inbox),
        pending=lambda: [*unsent(database, t.chassis.outbox), *_unfinished_jobs(database)],
        migrate=lambda: migrate(database, "expenses", importing=True),
        close=database.close,
    )


def _parts(database: Database) -> tuple[TransferPart, ...]:
    """Return everything but the notes of files that no receipt shows: they are of uploads that broke off."""
    owned = Owned("owner", t.person)
    return (
        TablePart(database, t.person, given={"categories_announced": 0}),
        TablePart(database, t.departed),
        TablePart(database, t.category, owned=owned, values=_WRITTEN, given={"announced": 0}),
        TablePart(database, t.import_run, owned=owned, values=_WRITTEN),
        TablePart(database, t.import_mapping, owned=owned),
        TablePart(database, t.expense, owned=owned, values=_PAID),
        TablePart(database, t.trashed_expense, owned=owned, values=_PAID),
        TablePart(database, t.total, owned=owned),
        TablePart(database, receipt_file, owned=owned, where=_SHOWN),
        TablePart(database, receipt, owned=owned),
        *shared_parts(database, t.chassis),
    )


def _unfinished_jobs(database: Database) -> list[str]:
    """Say how many imports and other long changes are not finished; what is left to do is not exported."""
    with database.read() as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(t.import_job)).scalar_one()
    return [f"{count} imports, moves of a category or changes of a home currency are not finished"] if count else []
