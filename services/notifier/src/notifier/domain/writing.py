"""Puts a mail into words at the moment of sending, when its address and secrets are opened."""

from __future__ import annotations

from notifier.domain.mails import Envelope, LetterKind, Message
from notifier.domain.places import address_of, token_of
from notifier.domain.ports import Clock, Open, Seal, Texts
from notifier.domain.preferences import AlertKind
from notifier.domain.recipients import day_in
from notifier.domain.unsubscribing import stop_token_of


class Writing:
    """Makes messages of envelopes."""

    def __init__(self, *, texts: Texts, open_sealed: Open, seal: Seal, clock: Clock) -> None:
        """Take what it works with."""
        self._texts, self._open, self._seal, self._clock = texts, open_sealed, seal, clock

    def write(self, envelope: Envelope) -> Message:
        """Return what is to be sent."""
        mail = envelope.mail
        token = self._open(mail.token, token_of(mail.user_id)) if mail.token else ""
        # A letter was just asked for, so it goes out although an earlier mail came back (ADR 012).
        letter = mail.alert_id is None
        stop_token = "" if letter else stop_token_of(mail.user_id, AlertKind(mail.kind), self._seal)
        text = self._texts.mail(
            mail,
            name=_greeted(envelope),
            locale=envelope.locale,
            token=token,
            stop_token=stop_token,
            now=self._clock(),
            late_of=day_in(envelope.time_zone, mail.told_late_of) if mail.told_late_of else None,
        )
        return Message(
            mail_id=mail.id,
            user_id=mail.user_id,
            to=self._open(envelope.address, address_of(mail.user_id)),
            subject=text.subject,
            text=text.text,
            html=text.html,
            name=mail.name,
            event_id=mail.event_id,
            unsubscribe=text.unsubscribe,
            due_since=mail.due_since,
            insist=letter or envelope.stop is not None,
        )


def _greeted(envelope: Envelope) -> str:
    """Return the name to greet with; none at an address that nobody has proved to be theirs: anybody may have typed it."""
    proved = envelope.verified and envelope.mail.kind != LetterKind.VERIFY_EMAIL
    return envelope.name if proved else ""
