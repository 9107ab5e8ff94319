"""Chooses where receipts' files are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from expenses.adapters.receipts.folder import FolderFiles

if TYPE_CHECKING:
    from expenses.domain.receipt_ports import ReceiptFiles
    from expenses.settings import ExpensesSettings


def files_from(settings: ExpensesSettings) -> ReceiptFiles:
    """Return the store that the settings name; nothing is connected yet."""
    if settings.receipts.startswith("file:"):
        return FolderFiles(Path(settings.receipts.removeprefix("file:")))
    from expenses.adapters.receipts.cos import CosFiles  # noqa: PLC0415  its client is large

    return CosFiles(settings)
