"""Queues the emails about accounts that auth asks for."""

from __future__ import annotations

from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.security.encryption import Encryptor
from notifier.account_mail.model import AccountMailKind
from notifier.associated_data import email_address_of, link_token_of
from notifier.delivery.model import Mail
from notifier.incoming_event import IncomingEvent
from notifier.store import NotifierStore

_NOT_STORED_AS_FACTS = frozenset({"email", "token", "user_id"})


class AccountMailService:
    """The use case of auth's requests. Neither a recipient nor a preference is needed."""

    def __init__(self, *, store: NotifierStore, encryptor: Encryptor, clock: Clock, ids: Ids) -> None:
        self._store, self._encryptor, self._clock, self._ids = store, encryptor, clock, ids

    def queue(self, kind: AccountMailKind, event: IncomingEvent) -> None:
        """Queue an email, once for each event and none to a deleted account."""
        with self._store.write() as uow:
            if uow.mark_handled(event.event_id) and not uow.recipients.was_deleted(event.user_id):
                uow.mails.add(self._mail(kind, event))

    def _mail(self, kind: AccountMailKind, event: IncomingEvent) -> Mail:
        user_id, facts = event.user_id, event.facts
        return Mail(
            id=self._ids(),
            user_id=user_id,
            event_id=event.event_id,
            kind=kind,
            facts={name: value for name, value in facts.items() if name not in _NOT_STORED_AS_FACTS},
            at=self._clock(),
            # The sender may have used an older key.
            address=self._encryptor.reencrypt(facts["email"], email_address_of(user_id)),
            token=self._encryptor.reencrypt(facts["token"], link_token_of(user_id)) if "token" in facts else None,
        )
