"""Composes an email when it is sent; only then are its address and token decrypted."""

from __future__ import annotations

from chassis.runtime.clock import Clock
from chassis.security.encryption import Encryptor
from notifier.account_mail.model import AccountMailKind
from notifier.associated_data import email_address_of, link_token_of
from notifier.delivery.model import ClaimedMail, Message
from notifier.preferences.model import AlertKind
from notifier.recipients.model import day_in
from notifier.unsubscribing.service import unsubscribe_token_of
from notifier.wording.texts import Texts


class MailComposer:
    """Turns claimed emails into messages."""

    def __init__(self, *, texts: Texts, encryptor: Encryptor, clock: Clock) -> None:
        self._texts, self._encryptor, self._clock = texts, encryptor, clock

    def compose(self, claimed: ClaimedMail) -> Message:
        mail = claimed.mail
        is_account_mail = mail.alert_id is None
        text = self._texts.mail(
            mail,
            name=_greeted_name(claimed),
            locale=claimed.locale,
            token=self._encryptor.decrypt(mail.token, link_token_of(mail.user_id)) if mail.token else "",
            unsubscribe_token=(
                "" if is_account_mail else unsubscribe_token_of(mail.user_id, AlertKind(mail.kind), self._encryptor)
            ),
            now=self._clock(),
            figures_of=day_in(claimed.time_zone, mail.figures_of) if mail.figures_of else None,
        )
        return Message(
            mail_id=mail.id,
            user_id=mail.user_id,
            to=self._encryptor.decrypt(claimed.address, email_address_of(mail.user_id)),
            subject=text.subject,
            text=text.text,
            html=text.html,
            name=mail.name,
            event_id=mail.event_id,
            unsubscribe=text.unsubscribe_url,
            due_since=mail.due_since,
            # An account email was just asked for, so it is sent although an earlier email bounced (ADR 012).
            ignore_bounces=is_account_mail or claimed.stop is not None,
        )


def _greeted_name(claimed: ClaimedMail) -> str:
    """Return the name to greet; none at an unconfirmed address, since anybody may have typed it."""
    confirmed = claimed.verified and claimed.mail.kind != AccountMailKind.VERIFY_EMAIL
    return claimed.name if confirmed else ""
