"""Mails in a table: intents, claims with a lease, outcomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from chassis import context
from notifier.adapters.sql import tables as t
from notifier.domain.mails import Delivery, Envelope, Mail, MailState

LEASE_MS = 120_000
"""Longer than any mailer may take for one mail; until then no other process sends it."""

_PENDING = t.mail.c.state == MailState.PENDING
_DETAIL_LENGTH = 250


class SqlMails:
    """The port Mails within one transaction. What changed is noted in `changes` as (kind, state), for after the commit."""

    def __init__(self, connection: Connection, *, owner: str, now_ms: Callable[[], int]) -> None:
        """Work in this transaction; `owner` names this process in claims, `now_ms` is the machine's time."""
        self._connection, self._owner, self._now_ms = connection, owner, now_ms
        self.changes: list[tuple[str, str]] = []

    def add(self, mail: Mail) -> None:
        """Keep a new one. A pending one is sent after the transaction."""
        names = ("id", "user_id", "alert_id", "event_id", "kind", "state", "address", "token", "attempts", "detail")
        row = {name: getattr(mail, name) for name in names}
        row |= {"facts": json.dumps(dict(mail.facts), ensure_ascii=False), "at_ms": t.to_ms(mail.at)}
        row |= {"due_ms": self._now_ms(), "claimed_by": None, "claimed_until_ms": 0, "trace": context.written()}
        self._connection.execute(t.mail.insert(), row)
        self.changes.append((mail.kind, mail.state))

    def settle(self, mail: Mail, state: MailState, *, at: datetime, detail: str = "") -> bool:
        """Note what became of a mail that this process claimed, and blank its secrets; False if it is not ours any more."""
        outcome = {"state": str(state), "at_ms": t.to_ms(at), "detail": detail[:_DETAIL_LENGTH]}
        blank = {"address": None, "token": None, "claimed_by": None, "claimed_until_ms": 0}
        settled = self._update(self._claimed(mail.id), {**outcome, **blank, "attempts": mail.attempts + 1})
        if settled:
            self.changes.append((mail.kind, state))
        return settled > 0

    def postpone(self, mail: Mail, *, seconds: int) -> None:
        """Let a claimed mail be tried again after some time."""
        free = {"claimed_by": None, "claimed_until_ms": 0}
        due = self._now_ms() + seconds * 1000
        self._update(self._claimed(mail.id), {**free, "attempts": mail.attempts + 1, "due_ms": due})

    def withdraw(self, alert_id: str, at: datetime) -> None:
        """Stop the mail of an alert, unless it is being sent right now: then its claim decides."""
        idle = sa.and_(t.mail.c.alert_id == alert_id, _PENDING, t.mail.c.claimed_until_ms < self._now_ms())
        kinds = self._connection.execute(sa.select(t.mail.c.kind).where(idle)).scalars().all()
        self._update(idle, {"state": str(MailState.WITHDRAWN), "at_ms": t.to_ms(at)})
        self.changes += [(kind, MailState.WITHDRAWN) for kind in kinds]

    def exists(self, mail_id: str) -> bool:
        """Say whether it is still kept."""
        return self._connection.execute(sa.select(t.mail.c.id).where(t.mail.c.id == mail_id)).first() is not None

    def deliveries(self, alert_ids: Sequence[str]) -> dict[str, list[Delivery]]:
        """Return what became of the mails of some alerts."""
        if not alert_ids:
            return {}
        columns = (t.mail.c.alert_id, t.mail.c.state, t.mail.c.at_ms, t.mail.c.detail)
        query = sa.select(*columns).where(t.mail.c.alert_id.in_(list(alert_ids)))
        found: dict[str, list[Delivery]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.alert_id, []).append(Delivery(MailState(row.state), t.from_ms(row.at_ms), row.detail))
        return found

    def next_due(self) -> str | None:
        """Return the id of the mail that has waited longest of those that are due and free."""
        query = sa.select(t.mail.c.id).where(self._free()).order_by(t.mail.c.due_ms, t.mail.c.id).limit(1)
        found: str | None = self._connection.execute(query).scalar()
        return found

    def claim(self, mail_id: str) -> Envelope | None:
        """Take a mail for the length of a lease; None if another process was faster."""
        lease = {"claimed_by": self._owner, "claimed_until_ms": self._now_ms() + LEASE_MS}
        if self._update(sa.and_(t.mail.c.id == mail_id, self._free()), lease) == 0:
            return None
        columns = (t.recipient.c.address.label("current_address"), t.recipient.c.name, t.recipient.c.locale, t.alert.c.withdrawn_ms)
        source = t.mail.outerjoin(t.recipient, t.recipient.c.user_id == t.mail.c.user_id)
        source = source.outerjoin(t.alert, t.alert.c.id == t.mail.c.alert_id)
        query = sa.select(t.mail, *columns).select_from(source).where(t.mail.c.id == mail_id)
        return _envelope_of(self._connection.execute(query).one())

    def earliest_ms(self) -> int | None:
        """Return when the next pending mail may be due or its claim runs out."""
        later = sa.case((t.mail.c.claimed_until_ms > t.mail.c.due_ms, t.mail.c.claimed_until_ms), else_=t.mail.c.due_ms)
        earliest: int | None = self._connection.execute(sa.select(sa.func.min(later)).where(_PENDING)).scalar()
        return earliest

    def _free(self) -> sa.ColumnElement[bool]:
        """Due, and claimed by nobody else: what this process claimed before a crash is its own again at once."""
        moment = self._now_ms()
        unclaimed = sa.or_(t.mail.c.claimed_until_ms < moment, t.mail.c.claimed_by == self._owner)
        return sa.and_(_PENDING, t.mail.c.due_ms <= moment, unclaimed)

    def _claimed(self, mail_id: str) -> sa.ColumnElement[bool]:
        return sa.and_(t.mail.c.id == mail_id, _PENDING, t.mail.c.claimed_by == self._owner)

    def _update(self, which: sa.ColumnElement[bool], values: dict[str, Any]) -> int:
        return self._connection.execute(t.mail.update().where(which).values(values)).rowcount


def _envelope_of(row: Row[Any]) -> Envelope:
    mail = Mail(
        id=row.id,
        user_id=row.user_id,
        event_id=row.event_id,
        kind=row.kind,
        facts=json.loads(row.facts),
        at=t.from_ms(row.at_ms),
        alert_id=row.alert_id,
        address=row.address,
        token=row.token,
        attempts=row.attempts,
        trace=row.trace,
    )
    return Envelope(
        mail=mail,
        address=row.address or row.current_address or "",
        name=mail.facts.get("name") or row.name or "",
        locale=mail.facts.get("locale") or row.locale or "",
        withdrawn=row.withdrawn_ms is not None,
    )
