"""Chooses where receipts' files are kept and who looks into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from expenses.adapters.receipts.bench import Bench
from expenses.adapters.receipts.clamav import ClamAv
from expenses.adapters.receipts.examiner import StudioExaminer
from expenses.adapters.receipts.folder import FolderFiles

if TYPE_CHECKING:
    from expenses.domain.receipt_ports import Examiner, ReceiptFiles
    from expenses.settings import ExpensesSettings


def examiner_from(settings: ExpensesSettings) -> Examiner:
    """Return who looks into uploads, with a virus scanner if the settings name one."""
    scanner = ClamAv(settings.receipts_scanner) if settings.receipts_scanner else None
    return StudioExaminer(scanner=scanner, bench=Bench(megabytes=settings.receipts_memory))


def files_from(settings: ExpensesSettings) -> ReceiptFiles:
    """Return the store that the settings name; nothing is connected yet."""
    if settings.receipts.startswith("file:"):
        return FolderFiles(Path(settings.receipts.removeprefix("file:")))
    from expenses.adapters.receipts.cos import CosFiles

    return CosFiles(settings)
