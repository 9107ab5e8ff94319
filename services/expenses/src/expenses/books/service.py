"""What happens to expenses when their owner moves or leaves."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from typing import TYPE_CHECKING

from expenses.categories.events import announce_all
from expenses.errors import DepartedError, PersonBusyError
from expenses.home_currency.conversion import are_many, begin_conversion, convert_some, is_converting
from expenses.jobs.model import CONVERTING, Conversion, ImportJob
from expenses.ports import Who

if TYPE_CHECKING:
    from datetime import datetime

    from expenses.home_currency.converter import Converter
    from expenses.jobs.service import ImportSettling
    from expenses.ports import Clock, Store, Work
    from expenses.receipts.ports import ReceiptFiles

_NO_CURRENCY = "XXX"
"""What ISO 4217 calls none."""


class People:
    """Follows what auth tells of users."""

    def __init__(self, store: Store, files: ReceiptFiles, settling: ImportSettling, converter: Converter, clock: Clock) -> None:
        self._store, self._files, self._settling, self._converter, self._clock = store, files, settling, converter, clock

    def registered(self, event_id: str, user_id: str, home_currency: str) -> None:
        """Meet somebody who signed up, and announce that they have no category, or those that they were quick to make."""
        with suppress(DepartedError), self._store.writing() as work:
            if work.first_time(event_id):
                announce_all(work, work.owners.hold(Who(user_id, home_currency)))

    def changed(self, event_id: str, user_id: str, home_currency: str, version: int, at: datetime) -> None:
        """Convert every expense if the home currency is another one now; `at` is when that was changed.

        News that come late change nothing.

        Raises:
            PersonBusyError: if an import of many expenses is running; the event has to come again.
        """
        who, day = Who(user_id, home_currency), at.date().isoformat()
        with suppress(DepartedError):
            # Also what an earlier delivery of this event or an earlier change has begun.
            self._settling.settle(who)
            self._store.run(lambda work: self._begin(work, event_id, who, version, day))
            self._settling.settle(who)

    def _begin(self, work: Work, event_id: str, who: Who, version: int, day: str) -> None:
        if not work.first_time(event_id):
            return
        owner = work.owners.hold(who)
        if version <= owner.version:
            return
        work.owners.change(dataclasses.replace(owner, home_currency=who.home_currency, version=version))
        if who.home_currency == owner.home_currency:
            return
        wanted = Conversion(owner.home_currency, who.home_currency, version, day)
        if not are_many(work, owner) and not is_converting(work, owner):
            convert_some(work, owner, wanted, self._converter, self._clock())
            return
        job = ImportJob(event_id, CONVERTING, conversion=wanted)
        if not begin_conversion(work, owner, job, self._converter, self._clock()):
            raise PersonBusyError

    def deleted(self, event_id: str, user_id: str) -> None:
        """Delete every row and every file of a user; if the files cannot be reached, the event comes again."""
        with suppress(DepartedError), self._store.writing() as work:
            if not work.first_time(event_id):
                return
            # Held even if nothing is known of them: whoever is writing their first row has to end before, or will find the note.
            owner = work.owners.hold(Who(user_id, _NO_CURRENCY))
            work.receipts.forget(owner)
            work.owners.forget(owner)
            self._files.remove_all(user_id)
