"""What this service does about auth's events."""

from __future__ import annotations

from chassis.messaging.bus import Queue, Retry
from chassis.messaging.events import Event
from expenses.errors import BookBusyError
from expenses.people.service import PeopleService


class PeopleConsumers:
    """A method for each type of event."""

    def __init__(self, people: PeopleService) -> None:
        self._people = people
        self._methods = {
            "user.registered": self.user_registered,
            "user.changed": self.user_changed,
            "user.deleted": self.user_deleted,
        }

    @property
    def queues(self) -> tuple[Queue, ...]:
        return (Queue("expenses.people", tuple(self._methods), self.handle, erasure_events=("user.deleted",)),)

    def handle(self, event: Event) -> None:
        self._methods[event.type](event)

    def user_registered(self, event: Event) -> None:
        self._people.registered(event.id, event.book_id, event.data["home_currency"])

    def user_changed(self, event: Event) -> None:
        """Follow a change of the home currency."""
        data = event.data
        try:
            self._people.changed(event.id, event.book_id, data["home_currency"], data["version"], event.occurred_at)
        except BookBusyError as error:
            raise Retry(str(error)) from error

    def user_deleted(self, event: Event) -> None:
        """Delete everything that belongs to a person."""
        self._people.deleted(event.id, event.book_id)
