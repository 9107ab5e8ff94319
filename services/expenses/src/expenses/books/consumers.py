"""What the service does about the events of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.messaging.bus import Queue, Retry
from expenses.books.service import People
from expenses.errors import PersonBusyError

if TYPE_CHECKING:
    from chassis.messaging.events import Event


class Consumers:
    """A method for each type of event."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._methods = {
            "user.registered": self.user_registered,
            "user.changed": self.user_changed,
            "user.deleted": self.user_deleted,
        }

    @property
    def queues(self) -> tuple[Queue, ...]:
        """What is listened to."""
        return (Queue("expenses.people", tuple(self._methods), self.handle, erasure_events=("user.deleted",)),)

    def handle(self, event: Event) -> None:
        """Hand an event to its method."""
        self._methods[event.type](event)

    def user_registered(self, event: Event) -> None:
        """Meet somebody."""
        self._people.registered(event.id, event.data["user_id"], event.data["home_currency"])

    def user_changed(self, event: Event) -> None:
        """Follow another home currency."""
        data = event.data
        try:
            self._people.changed(event.id, data["user_id"], data["home_currency"], data["version"], event.occurred_at)
        except PersonBusyError as error:
            raise Retry(str(error)) from error

    def user_deleted(self, event: Event) -> None:
        """Delete what belongs to the user."""
        self._people.deleted(event.id, event.data["user_id"])
