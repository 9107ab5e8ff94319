"""Who can be told something, as auth's events say."""

from __future__ import annotations

from notifier.domain.happening import Happening
from notifier.domain.ports import Mailer, Store
from notifier.domain.recipients import Recipient


class People:
    """Keeps recipients up to date, in whichever order the events come."""

    def __init__(self, *, store: Store, mailer: Mailer) -> None:
        """Take what it works with."""
        self._store, self._mailer = store, mailer

    def know(self, news: Happening) -> None:
        """Handle user.registered and user.changed: the newest version holds."""
        with self._store.begin() as work:
            if work.first_time(news.event_id) and not work.recipients.departed(news.user_id):
                work.recipients.keep(Recipient.from_facts(news.facts))

    def forget(self, news: Happening) -> None:
        """Handle user.deleted."""
        with self._store.begin() as work:
            if work.first_time(news.event_id):
                mail_ids = work.recipients.erase(news.user_id)
                # Before the commit: after a crash here the event comes again and finds the ids again.
                self._mailer.forget(mail_ids)
