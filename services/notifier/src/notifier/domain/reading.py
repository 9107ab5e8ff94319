"""What a person sees and decides: their alerts and preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from notifier.domain.alerts import Alert
from notifier.domain.errors import AlertNotFoundError, StaleVersionError
from notifier.domain.mails import Stop
from notifier.domain.ports import Clock, Store
from notifier.domain.preferences import AlertKind, Channels, Preferences


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some alerts, newest first; `more` says whether others follow."""

    alerts: list[Alert]
    more: bool
    unread: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether mails about alerts go to an address."""

    stop: Stop | None
    """Why they have stopped, None if they have not or the owner said to try again."""
    verified: bool
    """Whether the owner has confirmed it, as far as it is known here."""


class Reading:
    """The use cases of the API."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        """Take what it works with."""
        self._store, self._clock = store, clock

    def page(self, user_id: str, *, unread: bool, limit: int, after: tuple[int, str] | None) -> AlertPage:
        """Return a page of somebody's alerts behind a position."""
        with self._store.read() as work:
            found = work.alerts.page(user_id, unread=unread, limit=limit + 1, after=after)
            return AlertPage(found[:limit], len(found) > limit, work.alerts.count_unread(user_id))

    def alert(self, user_id: str, alert_id: str) -> Alert:
        """Return one alert; raises AlertNotFoundError."""
        with self._store.read() as work:
            return _there(work.alerts.find(user_id, alert_id))

    def mark(self, user_id: str, alert_id: str, *, read: bool) -> Alert:
        """Mark an alert as read or unread; the first moment of reading stays. Raises AlertNotFoundError."""
        with self._store.begin() as work:
            alert = _there(work.alerts.find(user_id, alert_id))
            if read == (alert.read_at is not None):
                return alert
            read_at = self._clock() if read else None
            work.alerts.mark(user_id, alert_id, read_at)
            return replace(alert, read_at=read_at)

    def preferences(self, user_id: str) -> Preferences:
        """Return somebody's preferences."""
        with self._store.read() as work:
            return work.preferences.of(user_id)

    def reach(self, user_id: str) -> Reach:
        """Return whether mails about alerts go to somebody's address."""
        with self._store.read() as work:
            stop, recipient = work.recipients.stop_of(user_id), work.recipients.find(user_id)
            return Reach(None if stop is None or stop.lifted else stop, recipient is None or recipient.verified)

    def lift_stop(self, user_id: str) -> None:
        """Let mail go to somebody's address again."""
        with self._store.begin() as work:
            stop = work.recipients.stop_of(user_id)
            if stop is not None:
                work.recipients.stop(user_id, replace(stop, lifted=True))

    def set_preferences(self, user_id: str, channels: Mapping[AlertKind, Channels], *, expected: int) -> Preferences:
        """Replace preferences of a version; raises StaleVersionError."""
        with self._store.begin() as work:
            current = work.preferences.of(user_id)
            if current.version != expected:
                raise StaleVersionError(current.version)
            work.preferences.replace(user_id, Preferences(channels, expected))
            return Preferences(channels, expected + 1)


def _there(alert: Alert | None) -> Alert:
    if alert is None:
        raise AlertNotFoundError
    return alert
