"""Puts the notifier together: the one file that knows all of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from chassis.messaging.events import event_maker
from chassis.messaging.relay import sharing
from chassis.process.service import Service
from chassis.runtime import context
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import Statuses
from chassis.runtime.settings import SettingsError
from chassis.security.encryption import DecryptionError, Encryptor
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from chassis.storage.probe import database_probes
from chassis.storage.rekeying import check_keys
from chassis.storage.schema import Schema
from chassis.web.app import AppParts, build_app
from chassis.web.paging import Cursors
from chassis.web.spec import load_spec
from notifier.adapters.mailers import mailbox_of
from notifier.adapters.probing import mail_probe
from notifier.adapters.sendgrid_hook import SendGridHook
from notifier.adapters.sql import SqlStore, shared
from notifier.adapters.sql.sealed import sealed_columns
from notifier.adapters.sql.store import Changes
from notifier.adapters.texts import JinjaTexts
from notifier.adapters.traced import TracedMailer
from notifier.consumers import Consumers
from notifier.domain.delivery import Delivery
from notifier.domain.doubts import Doubts
from notifier.domain.errors import (
    AlertNotFoundError,
    HookClosedError,
    NotOneClickError,
    StaleReportError,
    StaleVersionError,
    UnknownLinkError,
    UnsignedReportError,
)
from notifier.domain.mails import MailState
from notifier.domain.people import People
from notifier.domain.ports import Mailer
from notifier.domain.reading import Reading
from notifier.domain.reports import Reporting
from notifier.domain.telling import Telling
from notifier.domain.unsubscribing import Unsubscribing
from notifier.domain.writing import Writing
from notifier.handlers import Handlers
from notifier.sender import Sender
from notifier.settings import NotifierSettings

STATUSES: Statuses = {
    AlertNotFoundError: 404,
    StaleVersionError: 412,
    NotOneClickError: 400,
    UnknownLinkError: 404,
    UnsignedReportError: 401,
    StaleReportError: 403,
    HookClosedError: 403,
}


def build(
    settings: NotifierSettings,
    *,
    verify: Callable[[str], dict[str, Any]],
    encryptor: Encryptor,
    metrics: Metrics,
    clock: Clock,
    ids: Ids,
    wake: Callable[[], None],
    relay_owner: str,
    mailer: Mailer,
    machine_ms: Callable[[], int] = lambda: int(time.time() * 1000),
    elapsed: Callable[[], float] = time.monotonic,
    validate_responses: bool = False,
    quiet: bool = False,
) -> Service:
    """Build the service; nothing is connected or started yet.

    `wake` wakes the relay; `machine_ms` is the machine's time, by which mails are tried again, `elapsed` seconds that only ever
    grow, by which claims are judged, while `clock` is what people live by.
    """
    clock = _whole_milliseconds(clock)
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), prove=Schema("notifier").prove)

    def on_mails(changes: Changes) -> None:
        for kind, state in changes:
            metrics.mails.labels(kind, state).inc()
        if any(state == MailState.PENDING for _kind, state in changes):
            sender.wake()

    make_event = event_maker("notifier", clock, ids)
    store = SqlStore(database, make_event=make_event, owner=relay_owner, now_ms=machine_ms, elapsed=elapsed, on_mails=on_mails)
    texts = JinjaTexts(url=settings.url)
    resume = partial(context.resumed, service="notifier", name="deliver mail", spans=metrics.spans)
    traced = TracedMailer(mailer, metrics=metrics, clock=clock)
    # What a folder has shows at once; a provider's activity lags behind what it accepted.
    lag = 0 if mailbox_of(mailer) else settings.unsure_seconds
    delivery = Delivery(
        store=store,
        mailer=traced,
        write=Writing(texts=texts, open_sealed=encryptor.decrypt, seal=encryptor.encrypt, clock=clock).write,
        clock=clock,
        elapsed=elapsed,
        doubts=Doubts(mailer=traced, elapsed=elapsed, lag=lag),
        resume=resume,
    )
    sender = Sender(deliver_next=delivery.deliver_next, seconds_until_due=store.seconds_until_due)
    consumers = Consumers(
        people=People(store=store, mailer=mailer, open_sealed=encryptor.decrypt, renew=encryptor.reencrypt, clock=clock),
        telling=Telling(store=store, texts=texts, clock=clock, ids=ids, renew=encryptor.reencrypt),
    )
    handlers = Handlers(
        reading=Reading(store=store, clock=clock),
        unsubscribing=Unsubscribing(store=store, open_token=_opener(encryptor)),
        hook=_hook(settings, machine_ms),
        reporting=Reporting(store=store, open_sealed=encryptor.decrypt),
        cursors=Cursors(encryptor),
        url=settings.url,
    )
    sealed = sealed_columns(database)
    parts = AppParts(
        name="notifier",
        spec=load_spec("notifier"),
        handlers=handlers,
        verify=verify,
        statuses=STATUSES,
        metrics=metrics,
        checks={"database": database.check},
        validate_responses=validate_responses,
        quiet=quiet,
    )
    return Service(
        name="notifier",
        web=build_app(parts),
        outbox=SqlOutbox(database, shared.outbox, owner=relay_owner),
        queues=(consumers.queue(),),
        workers=(sender,),
        migrate=lambda: migrate(database, "notifier"),
        rekey=lambda: (column.rekey(encryptor) for column in sealed),
        check_keys=lambda: check_keys(sealed, encryptor),
        clean_up=store.clean_up,
        check=database.check,
        probes=lambda: [*database_probes(database, "notifier", "NOTIFIER_DB"), mail_probe(settings, clock)],
        close=database.close,
    )


def _hook(settings: NotifierSettings, machine_ms: Callable[[], int]) -> SendGridHook:
    try:
        return SendGridHook(settings.hook_key, now=lambda: machine_ms() / 1000)
    except ValueError as error:
        raise SettingsError([f"SENDGRID_HOOK_KEY: {error}"]) from error


def _opener(encryptor: Encryptor) -> Callable[[str, str], str | None]:
    def open_token(token: str, place: str) -> str | None:
        try:
            return encryptor.decrypt(token, place)
        except DecryptionError:
            return None

    return open_token


def _whole_milliseconds(clock: Clock) -> Clock:
    """Return the clock as the store keeps moments, so that an answer says the same before and after."""

    def now() -> datetime:
        moment = clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    return now
