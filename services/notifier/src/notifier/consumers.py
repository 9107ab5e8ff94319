"""Events that the notifier listens to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chassis.messaging.bus import Queue, Retry
from chassis.messaging.events import Event
from notifier.domain.errors import UnknownRecipientError
from notifier.domain.happening import Happening
from notifier.domain.mails import LetterKind
from notifier.domain.people import People
from notifier.domain.telling import Telling


class Consumers:
    """Hands each event to its use case."""

    def __init__(self, *, people: People, telling: Telling) -> None:
        """Take the use cases."""
        self._people, self._telling = people, telling
        self._by_type: Mapping[str, Callable[[Happening], None]] = {
            "user.registered": people.know,
            "user.changed": people.know,
            "user.deleted": people.forget,
            "user.verification_requested": self._verify_email,
            "user.password_reset_requested": self._reset_password,
            "user.email_change_requested": self._warn_of_new_address,
            "budget.near": telling.crossed,
            "budget.exceeded": telling.crossed,
            "budget.recovered": telling.recovered,
            "import.reviewed": telling.imported,
            "import.undone": telling.undone,
        }

    def queue(self) -> Queue:
        """Return the queue of everything that people may have to be told."""
        return Queue(name="notifier.alerts", types=tuple(self._by_type), handler=self.handle, erasure_events=("user.deleted",))

    def handle(self, event: Event) -> None:
        """Handle one event; raises Retry if it is about somebody of whom no event told yet."""
        try:
            self._by_type[event.type](Happening(event.id, event.type, event.data, event.occurred_at))
        except UnknownRecipientError as error:
            raise Retry(str(error)) from error

    def _verify_email(self, news: Happening) -> None:
        self._telling.write_letter(LetterKind.VERIFY_EMAIL, news)

    def _reset_password(self, news: Happening) -> None:
        self._telling.write_letter(LetterKind.PASSWORD_RESET, news)

    def _warn_of_new_address(self, news: Happening) -> None:
        self._telling.write_letter(LetterKind.EMAIL_CHANGE, news)
