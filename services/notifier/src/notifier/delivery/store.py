"""The rows of emails: what is to be sent, claims, attempts, outcomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from chassis.runtime import context
from chassis.storage.prepared import Prepared
from notifier import tables as t
from notifier.delivery.claims import Claim, DueMail
from notifier.delivery.model import (
    LEASE_SECONDS,
    MOST_RELEASED,
    TOO_MANY_HELD,
    ClaimedMail,
    DeliveryStatus,
    Mail,
    MailState,
    MailStop,
)

PENDING = t.mail.c.state == MailState.PENDING
_DETAIL_LENGTH = 250
_CLOCK_SKEW_MS = 60_000
"""How far the clocks of two machines may differ without either having been put back."""
_UNCLAIMED = {"claimed_by": None, "claimed_until_ms": 0}
_HELD = sa.and_(t.mail.c.held_ms.is_not(None), t.mail.c.released_ms.is_(None))
_NO_SECRETS = {"address": None, "token": None, "attempted_ms": None, **_UNCLAIMED}


def _claimed_mail_query() -> sa.Select[Any]:
    """Return the query of an email with everything that sending it depends on."""
    person = (
        t.recipient.c.address.label("current_address"),
        t.recipient.c.name,
        t.recipient.c.locale,
        t.recipient.c.version,
        t.recipient.c.unverified_version,
        t.recipient.c.time_zone,
    )
    stop = (t.mail_stop.c.reason, t.mail_stop.c.since_ms, t.mail_stop.c.lifted)
    source = t.mail.outerjoin(t.recipient, t.recipient.c.user_id == t.mail.c.user_id)
    source = source.outerjoin(t.alert, t.alert.c.id == t.mail.c.alert_id)
    source = source.outerjoin(t.mail_stop, t.mail_stop.c.user_id == t.mail.c.user_id)
    query = sa.select(t.mail, *person, *stop, t.alert.c.withdrawn_ms).select_from(source)
    return query.where(t.mail.c.id == sa.bindparam("mail"))


_ADDED = ("id", "user_id", "alert_id", "event_id", "kind", "state", "address", "token", "attempts", "detail")
_ADD = Prepared(t.mail.insert(), *_ADDED, "facts", "at_ms", "due_ms", "claimed_by", "claimed_until_ms", "trace")
_IS_FREE = sa.or_(t.mail.c.claimed_by.is_(None), t.mail.c.claimed_by == sa.bindparam("owner"))
_IS_DUE = sa.or_(t.mail.c.due_ms <= sa.bindparam("moment"), t.mail.c.put_off_ms > sa.bindparam("clock_was_put_back"))
"""Due, or postponed by a clock that was put back since: better early than hours late."""
_DUE = (
    sa.select(t.mail.c.id, t.mail.c.attempted_ms, t.mail.c.claimed_by, t.mail.c.claimed_until_ms)
    .where(PENDING, _IS_DUE)
    .order_by(t.mail.c.due_ms, t.mail.c.id)
    .limit(1)
)
_NEXT_DUE = _DUE.where(_IS_FREE)
_DUE_OR_ABANDONED = _DUE.where(sa.or_(_IS_FREE, t.mail.c.id.in_(sa.bindparam("abandoned", expanding=True))))
_LATER = sa.case((t.mail.c.put_off_ms > sa.bindparam("clock_was_put_back"), 0), else_=t.mail.c.due_ms)
_EARLIEST = Prepared(sa.select(sa.func.min(_LATER)).where(PENDING, _IS_FREE))
_CLAIMED_MAIL = _claimed_mail_query()
"""Built once: building it takes longer than running it, and an alert waits for it."""


class MailRepository:
    """Emails within one transaction. `changes` collects (kind, state) for after the commit."""

    def __init__(self, connection: Connection, *, owner: str, now_ms: Callable[[], int]) -> None:
        """`owner` names this process in claims; `now_ms` is the machine's time."""
        self._connection, self._owner, self._now_ms = connection, owner, now_ms
        self.changes: list[tuple[str, str]] = []

    def add(self, mail: Mail) -> None:
        """Add an email. A pending one is sent after the transaction."""
        row = {name: getattr(mail, name) for name in _ADDED}
        row |= {"facts": json.dumps(dict(mail.facts), ensure_ascii=False), "at_ms": t.to_ms(mail.at)}
        # Due at once whatever the clock says, even if it is put back before anybody looks.
        row |= {"due_ms": 0, "claimed_by": None, "claimed_until_ms": 0, "trace": context.written()}
        _ADD.run(self._connection, **row)
        self.changes.append((mail.kind, mail.state))

    def settle(self, mail: Mail, state: MailState, *, at: datetime, detail: str = "") -> bool:
        """Record the outcome of an email that this process claimed, and remove its secrets; False if the claim is lost."""
        outcome = {"state": str(state), "at_ms": t.to_ms(at), "detail": detail[:_DETAIL_LENGTH]}
        settled = self._update(self._claimed(mail.id), {**outcome, **_NO_SECRETS, "attempts": mail.attempts + 1})
        if settled:
            self.changes.append((mail.kind, state))
        return settled > 0

    def postpone(self, mail: Mail, *, seconds: float, reason: str) -> None:
        """Let a claimed email be tried again later: the attempt has ended, and it certainly was not accepted."""
        values = {"attempts": mail.attempts + 1, "attempted_ms": None, "detail": reason[:_DETAIL_LENGTH]}
        self._update(self._claimed(mail.id), {**_UNCLAIMED, **values, **self._due_in(seconds)})

    def mark_uncertain(self, mail: Mail, *, seconds: float, reason: str, ended: bool) -> None:
        """Let a claimed email be checked later: it may have been accepted. `ended` counts an attempt."""
        values = {"attempts": mail.attempts + int(ended), "detail": (reason or mail.detail)[:_DETAIL_LENGTH]}
        self._update(self._claimed(mail.id), {**_UNCLAIMED, **values, **self._due_in(seconds)})

    def start_attempt(self, claimed: ClaimedMail) -> ClaimedMail:
        """Record a further attempt at an email that was claimed as uncertain; return it with that attempt."""
        attempt = max(self._now_ms(), claimed.attempt + 1)
        self._update(self._claimed(claimed.mail.id), {"attempted_ms": attempt})
        return replace(claimed, attempt=attempt)

    def hold(self, mail: Mail, *, at: datetime, seconds: float, reason: str) -> None:
        """Return a claimed email unsent until its recipient confirms the address. It counts as no attempt."""
        since = t.to_ms(mail.held_at or at)
        values = {"held_ms": since, "released_ms": None, "attempted_ms": None, "detail": reason[:_DETAIL_LENGTH]}
        held = self._update(self._claimed(mail.id), {**_UNCLAIMED, **values, **self._due_in(seconds)})
        if held and (mail.held_at is None or mail.released_at is not None):
            self.changes.append((mail.kind, MailState.HELD))

    def release(self, user_id: str, *, at: datetime) -> None:
        """Make a person's newest MOST_RELEASED held emails due now; skip the others, except one that is being processed."""
        theirs = sa.and_(t.mail.c.user_id == user_id, PENDING)
        self._skip_older(sa.and_(theirs, _HELD), at=at)
        released = {"released_ms": t.to_ms(at), "due_ms": 0, "put_off_ms": 0, "detail": ""}
        if self._update(sa.and_(theirs, _HELD), released):
            query = sa.select(t.mail.c.kind).where(theirs, t.mail.c.released_ms == t.to_ms(at))
            self.changes += [(kind, MailState.PENDING) for kind in self._connection.execute(query).scalars()]

    def _skip_older(self, held: sa.ColumnElement[bool], *, at: datetime) -> None:
        # A process that is working on one of them holds it again and then asks for its release.
        idle = sa.and_(held, t.mail.c.attempted_ms.is_(None))
        query = sa.select(t.mail.c.id, t.mail.c.kind).where(idle).order_by(t.mail.c.at_ms.desc(), t.mail.c.id.desc())
        for row in self._connection.execute(query).all()[MOST_RELEASED:]:
            skipped = {"state": str(MailState.SKIPPED), "at_ms": t.to_ms(at), "detail": TOO_MANY_HELD, **_NO_SECRETS}
            if self._update(sa.and_(idle, t.mail.c.id == row.id), skipped):
                self.changes.append((row.kind, MailState.SKIPPED))

    def lock(self, mail_id: str) -> Mail | None:
        """Return an email and lock it until commit; None if it does not exist."""
        # An update locks the row in every dialect.
        if self._update(t.mail.c.id == mail_id, {"id": mail_id}) == 0:
            return None
        return _mail_of(self._connection.execute(sa.select(t.mail).where(t.mail.c.id == mail_id)).one())

    def record_report(self, mail: Mail, state: MailState, *, at: datetime, detail: str) -> None:
        """Record what the provider reported, whoever has claimed the email, and remove its secrets."""
        reported = {"state": str(state), "at_ms": t.to_ms(at), "reported_ms": t.to_ms(at), "detail": detail[:_DETAIL_LENGTH]}
        self._update(t.mail.c.id == mail.id, {**reported, **_NO_SECRETS})
        self.changes.append((mail.kind, state))

    def withdraw(self, alert_id: str, at: datetime) -> None:
        """Cancel the email of an alert, unless it is being sent or may have been: then its next claim decides."""
        idle = sa.and_(t.mail.c.alert_id == alert_id, PENDING, t.mail.c.attempted_ms.is_(None))
        kinds = self._connection.execute(sa.select(t.mail.c.kind).where(idle)).scalars().all()
        self._update(idle, {"state": str(MailState.WITHDRAWN), "at_ms": t.to_ms(at), "detail": ""})
        self.changes += [(kind, MailState.WITHDRAWN) for kind in kinds]

    def exists(self, mail_id: str) -> bool:
        return self._connection.execute(sa.select(t.mail.c.id).where(t.mail.c.id == mail_id)).first() is not None

    def statuses_of(self, alert_ids: Sequence[str]) -> dict[str, list[DeliveryStatus]]:
        if not alert_ids:
            return {}
        columns = (t.mail.c.alert_id, t.mail.c.state, t.mail.c.at_ms, t.mail.c.detail, t.mail.c.held_ms, t.mail.c.released_ms)
        query = sa.select(*columns).where(t.mail.c.alert_id.in_(list(alert_ids)))
        found: dict[str, list[DeliveryStatus]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.alert_id, []).append(DeliveryStatus(_shown(row), t.from_ms(row.at_ms), row.detail))
        return found

    def claims_of_others(self) -> list[Claim]:
        columns = (t.mail.c.id, t.mail.c.claimed_by, t.mail.c.claimed_until_ms)
        query = sa.select(*columns).where(PENDING, t.mail.c.claimed_by.is_not(None), t.mail.c.claimed_by != self._owner)
        return [Claim(*row) for row in self._connection.execute(query)]

    def next_due(self, abandoned: Sequence[str]) -> DueMail | None:
        """Return the email that has waited longest of those that are due and unclaimed, or abandoned by other processes."""
        moment = self._now_ms()
        known = {"owner": self._owner, "moment": moment, "clock_was_put_back": moment + _CLOCK_SKEW_MS}
        query = _DUE_OR_ABANDONED if abandoned else _NEXT_DUE
        row = self._connection.execute(query, {**known, "abandoned": list(abandoned)} if abandoned else known).first()
        return DueMail(*row) if row else None

    def claim(self, due: DueMail) -> ClaimedMail | None:
        """Record an attempt at an email as it was seen a moment ago; None if another process was faster."""
        now = self._now_ms()
        attempt = now if due.attempted_ms is None else due.attempted_ms
        # Each claim of a process has its own number, or others would think that it never let go of the email.
        number = max(now + round(LEASE_SECONDS * 1000), due.claimed_until_ms + 1)
        claimed = {"claimed_by": self._owner, "claimed_until_ms": number, "attempted_ms": attempt}
        same = [_is(t.mail.c[name], getattr(due, name)) for name in ("attempted_ms", "claimed_by", "claimed_until_ms")]
        if self._update(sa.and_(t.mail.c.id == due.id, PENDING, *same), claimed) == 0:
            return None
        row = self._connection.execute(_CLAIMED_MAIL, {"mail": due.id}).one()
        return _claimed_mail_of(row, uncertain=due.attempted_ms is not None)

    def earliest_due_ms(self) -> int | None:
        """Return when the next email that no other process holds may be due."""
        row = _EARLIEST.first(self._connection, owner=self._owner, clock_was_put_back=self._now_ms() + _CLOCK_SKEW_MS)
        return row[0] if row else None

    def _due_in(self, seconds: float) -> dict[str, int]:
        moment = self._now_ms()
        return {"due_ms": moment + round(seconds * 1000), "put_off_ms": moment}

    def _claimed(self, mail_id: str) -> sa.ColumnElement[bool]:
        return sa.and_(t.mail.c.id == mail_id, PENDING, t.mail.c.claimed_by == self._owner)

    def _update(self, which: sa.ColumnElement[bool], values: dict[str, Any]) -> int:
        return self._connection.execute(t.mail.update().where(which).values(values)).rowcount


def _is(column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def _shown(row: Any) -> MailState:
    waits = row.state == MailState.PENDING and row.held_ms is not None and row.released_ms is None
    return MailState.HELD if waits else MailState(row.state)


def _mail_of(row: Row[Any]) -> Mail:
    return Mail(
        id=row.id,
        user_id=row.user_id,
        event_id=row.event_id,
        kind=row.kind,
        facts=json.loads(row.facts),
        at=t.from_ms(row.at_ms),
        state=MailState(row.state),
        detail=row.detail,
        alert_id=row.alert_id,
        address=row.address,
        token=row.token,
        attempts=row.attempts,
        reported_at=t.moment(row.reported_ms),
        trace=row.trace,
        held_at=t.moment(row.held_ms),
        released_at=t.moment(row.released_ms),
    )


def _claimed_mail_of(row: Row[Any], *, uncertain: bool) -> ClaimedMail:
    mail = _mail_of(row)
    stop = None if row.since_ms is None else MailStop(row.reason, t.from_ms(row.since_ms), bool(row.lifted))
    return ClaimedMail(
        mail=mail,
        address=row.address or row.current_address or "",
        name=mail.facts.get("name", row.name) or "",
        locale=mail.facts.get("locale") or row.locale or "",
        withdrawn=row.withdrawn_ms is not None,
        attempt=row.attempted_ms,
        uncertain=uncertain,
        stop=stop,
        verified=row.unverified_version is None or row.unverified_version != row.version,
        time_zone=row.time_zone or "UTC",
    )
