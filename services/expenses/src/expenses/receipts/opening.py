"""Makes the store of files and the examiner that the settings ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from expenses.receipts.clamav import ClamAv
from expenses.receipts.examiner import SandboxExaminer
from expenses.receipts.files.folder import FolderFiles
from expenses.receipts.worker_pool import WorkerPool

if TYPE_CHECKING:
    from expenses.receipts.ports import Examiner, ReceiptFiles
    from expenses.settings import ExpensesSettings


def examiner_from(settings: ExpensesSettings) -> Examiner:
    """Return the examiner of uploads, with a virus scanner if the settings name one."""
    scanner = ClamAv(settings.receipts_scanner) if settings.receipts_scanner else None
    return SandboxExaminer(scanner=scanner, pool=WorkerPool(megabytes=settings.receipts_memory))


def files_from(settings: ExpensesSettings) -> ReceiptFiles:
    """Return the store that the settings name; nothing is connected yet."""
    if settings.receipts.startswith("file:"):
        return FolderFiles(Path(settings.receipts.removeprefix("file:")))
    from expenses.receipts.files.cos import CosFiles

    return CosFiles(settings)
