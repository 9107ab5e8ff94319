"""Who can be told something, as auth's events say."""

from __future__ import annotations

from dataclasses import replace

from notifier.domain.happening import Happening
from notifier.domain.places import address_of
from notifier.domain.ports import Clock, Mailer, Open, Seal, Store, Work
from notifier.domain.recipients import Recipient, same_mailbox


class People:
    """Keeps recipients up to date, in whichever order the events come."""

    def __init__(self, *, store: Store, mailer: Mailer, open_sealed: Open, renew: Seal, clock: Clock) -> None:
        """Take what it works with."""
        self._store, self._mailer, self._open, self._renew, self._clock = store, mailer, open_sealed, renew, clock

    def know(self, news: Happening) -> None:
        """Handle user.registered and user.changed: the newest version holds."""
        with self._store.begin(turn_of=news.user_id) as work:
            if work.first_time(news.event_id) and not work.recipients.departed(news.user_id):
                self._keep(work, Recipient.from_facts(news.facts))

    def _keep(self, work: Work, recipient: Recipient) -> None:
        place = address_of(recipient.user_id)
        # Whoever sent it may have sealed it with an older key. One that no key opens becomes a
        # dead letter with the reason, to be replayed when the key is there.
        recipient = replace(recipient, address=self._renew(recipient.address, place))
        known = work.recipients.find(recipient.user_id)
        work.recipients.keep(recipient)
        if known is None or known.version >= recipient.version:
            return
        if recipient.verified:
            work.mails.release(recipient.user_id, at=self._clock())
        if work.recipients.stop_of(recipient.user_id) is None:
            return
        if not same_mailbox(self._open(known.address, place), self._open(recipient.address, place)):
            work.recipients.stop(recipient.user_id, None)  # it was about the old address

    def forget(self, news: Happening) -> None:
        """Handle user.deleted."""
        with self._store.begin() as work:
            if work.first_time(news.event_id):
                mail_ids = work.recipients.erase(news.user_id)
                # Before the commit: after a crash here the event comes again and finds the ids again.
                self._mailer.forget(mail_ids)
