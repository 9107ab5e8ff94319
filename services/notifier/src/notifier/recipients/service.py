"""Keeps recipients up to date with auth's events, in whichever order they arrive."""

from __future__ import annotations

from dataclasses import replace

from chassis.runtime.clock import Clock
from chassis.security.encryption import Encryptor
from notifier.associated_data import email_address_of
from notifier.delivery.mailer import Mailer
from notifier.incoming_event import IncomingEvent
from notifier.recipients.model import Recipient, same_mailbox
from notifier.store import NotifierStore, NotifierUnitOfWork


class RecipientService:
    """Updates and erases recipients."""

    def __init__(self, *, store: NotifierStore, mailer: Mailer, encryptor: Encryptor, clock: Clock) -> None:
        self._store, self._mailer, self._encryptor, self._clock = store, mailer, encryptor, clock

    def update(self, event: IncomingEvent) -> None:
        """Handle user.registered and user.changed: the newest version counts."""
        with self._store.write() as uow:
            uow.recipients.lock(event.user_id)
            if uow.mark_handled(event.event_id) and not uow.recipients.was_deleted(event.user_id):
                self._update(uow, Recipient.from_facts(event.facts))

    def _update(self, uow: NotifierUnitOfWork, recipient: Recipient) -> None:
        bound_to = email_address_of(recipient.user_id)
        # The sender may have used an older key. An address that no key decrypts makes the event a dead letter, to be replayed
        # when the key is there.
        recipient = replace(recipient, address=self._encryptor.reencrypt(recipient.address, bound_to))
        known = uow.recipients.find(recipient.user_id)
        uow.recipients.save(recipient)
        if known is None or known.version >= recipient.version:
            return
        if recipient.verified:
            uow.mails.release(recipient.user_id, at=self._clock())
        if uow.recipients.stop_of(recipient.user_id) is None:
            return
        if not same_mailbox(self._encryptor.decrypt(known.address, bound_to), self._encryptor.decrypt(recipient.address, bound_to)):
            uow.recipients.set_stop(recipient.user_id, None)  # it was about the old address

    def erase(self, event: IncomingEvent) -> None:
        """Handle user.deleted."""
        with self._store.write() as uow:
            if uow.mark_handled(event.event_id):
                mail_ids = uow.recipients.erase(event.user_id)
                # Before the commit: after a crash here the event comes again and finds the ids again.
                self._mailer.forget(mail_ids)
