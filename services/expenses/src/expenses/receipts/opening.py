"""Chooses where receipts' files are kept and who looks into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from expenses.receipts.clamav import ClamAv
from expenses.receipts.examiner import StudioExaminer
from expenses.receipts.files.folder import FolderFiles
from expenses.receipts.worker_pool import Bench

if TYPE_CHECKING:
    from expenses.receipts.ports import Examiner, ReceiptFiles
    from expenses.settings import ExpensesSettings


def examiner_from(settings: ExpensesSettings) -> Examiner:
    """Return who looks into uploads, with a virus scanner if the settings name one."""
    scanner = ClamAv(settings.receipts_scanner) if settings.receipts_scanner else None
    return StudioExaminer(scanner=scanner, bench=Bench(megabytes=settings.receipts_memory))


def files_from(settings: ExpensesSettings) -> ReceiptFiles:
    """Return the store that the settings name; nothing is connected yet."""
    if settings.receipts.startswith("file:"):
        return FolderFiles(Path(settings.receipts.removeprefix("file:")))
    from expenses.receipts.files.cos import CosFiles

    return CosFiles(settings)
