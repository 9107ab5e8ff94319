"""Receipts that the household attaches to some expenses, and checks later."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from household.replay import NOT_NOW, TryAgainError
from testing.fakes import pictures

if TYPE_CHECKING:
    from testing.clients.client import Person


@dataclass
class Drawer:
    """The checksum of each attached receipt, by its id."""

    person: Person
    checksums: dict[str, str] = field(default_factory=dict)

    def put(self, expense_id: str, number: int) -> None:
        """Attach a receipt to an expense; each is different, and attaching one again changes nothing."""
        file = (f"receipt {number}.jpg", pictures.a_jpeg(size=(60 + number, 80)), "image/jpeg")
        answer = self.person.post(f"expenses/{expense_id}/receipts", files={"file": file})
        if answer.status_code in NOT_NOW:
            raise TryAgainError(answer.text)
        assert answer.status_code == 201, answer.text
        self.checksums[answer.json()["id"]] = answer.json()["sha256"]

    def whole(self) -> int:
        """Download all; return how many are unchanged."""
        found = 0
        for receipt_id, checksum in self.checksums.items():
            answer = self.person.get(f"receipts/{receipt_id}/content")
            found += answer.status_code == 200 and hashlib.sha256(answer.content).hexdigest() == checksum
        return found
