"""Puts the notifier together."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from chassis.messaging.bus import Queue
from chassis.messaging.events import Event, event_maker
from chassis.messaging.relay import sharing
from chassis.process.service import Service
from chassis.runtime import context
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import Statuses
from chassis.runtime.settings import SettingsError
from chassis.security.encryption import Encryptor
from chassis.storage.cleanup import clean_up_hourly
from chassis.storage.database import Database
from chassis.storage.migrations import migrate
from chassis.storage.outbox import SqlOutbox
from chassis.storage.probe import database_probes
from chassis.storage.rekeying import check_keys
from chassis.storage.schema import Schema
from chassis.web.app import AppParts, build_app
from chassis.web.paging import Cursors
from chassis.web.spec import load_spec
from notifier.account_mail.consumers import event_handlers as account_mail_handlers
from notifier.account_mail.service import AccountMailService
from notifier.alerts.api import AlertsApi
from notifier.alerts.consumers import event_handlers as alert_handlers
from notifier.alerts.model import AlertNotFoundError
from notifier.alerts.service import AlertService
from notifier.delivery.mailer import Mailer
from notifier.delivery.mailers.choice import mailbox_of
from notifier.delivery.mailers.probe import mail_probe
from notifier.delivery.mailers.traced import TracedMailer
from notifier.delivery.model import MailState
from notifier.delivery.queue import MailQueue
from notifier.delivery.service import DeliveryService
from notifier.delivery.uncertain import UncertainDeliveries
from notifier.delivery.worker import DeliveryWorker
from notifier.delivery_reports.api import DeliveryReportsApi
from notifier.delivery_reports.model import HookClosedError, StaleReportError, UnsignedReportError
from notifier.delivery_reports.sendgrid import SendGridWebhook
from notifier.delivery_reports.service import DeliveryReportService
from notifier.encrypted_columns import encrypted_columns
from notifier.incoming_event import EventHandlers, IncomingEvent
from notifier.preferences.api import PreferencesApi
from notifier.preferences.model import StaleVersionError
from notifier.preferences.service import PreferenceService
from notifier.recipients.consumers import event_handlers as recipient_handlers
from notifier.recipients.service import RecipientService
from notifier.settings import NotifierSettings
from notifier.store import MailChanges, NotifierStore
from notifier.tables import shared
from notifier.unsubscribing.api import UnsubscribeApi
from notifier.unsubscribing.model import NotOneClickError, UnknownLinkError
from notifier.unsubscribing.service import UnsubscribeService
from notifier.wording.composer import MailComposer
from notifier.wording.texts import Texts

STATUSES: Statuses = {
    AlertNotFoundError: HTTPStatus.NOT_FOUND,
    StaleVersionError: HTTPStatus.PRECONDITION_FAILED,
    NotOneClickError: HTTPStatus.BAD_REQUEST,
    UnknownLinkError: HTTPStatus.NOT_FOUND,
    UnsignedReportError: HTTPStatus.UNAUTHORIZED,
    StaleReportError: HTTPStatus.FORBIDDEN,
    HookClosedError: HTTPStatus.FORBIDDEN,
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

    `wake` wakes the relay. `clock` is the users' time, `machine_ms` the machine's, for retries, and `elapsed` a monotonic clock
    in seconds, for leases.
    """
    clock = _whole_milliseconds(clock)
    database = Database(settings.database, on_events=wake, relay=sharing(relay_owner), check_schema=Schema("notifier").check_store)

    def on_mails(changes: MailChanges) -> None:
        for kind, state in changes:
            metrics.mails.labels(kind, state).inc()
        if any(state == MailState.PENDING for _kind, state in changes):
            worker.wake()

    make_event = event_maker("notifier", clock, ids)
    store = NotifierStore(database, make_event=make_event, owner=relay_owner, now_ms=machine_ms, on_mails=on_mails)
    texts = Texts(url=settings.url)
    traced = TracedMailer(mailer, metrics=metrics, clock=clock)
    queue = MailQueue(store, owner=relay_owner, now_ms=machine_ms, elapsed=elapsed)
    # A folder shows at once what it has; a provider's activity lags behind what it accepted.
    lag = 0 if mailbox_of(mailer) else settings.unsure_seconds
    delivery = DeliveryService(
        store=store,
        queue=queue,
        mailer=traced,
        compose=MailComposer(texts=texts, encryptor=encryptor, clock=clock).compose,
        clock=clock,
        elapsed=elapsed,
        uncertain=UncertainDeliveries(mailer=traced, elapsed=elapsed, lag=lag),
        resume=partial(context.resumed, service="notifier", name="deliver mail", spans=metrics.spans),
    )
    worker = DeliveryWorker(deliver_next=delivery.deliver_next, seconds_until_due=queue.seconds_until_due)
    alerts = AlertService(store=store, texts=texts, clock=clock, ids=ids)
    recipients = RecipientService(store=store, mailer=mailer, encryptor=encryptor, clock=clock)
    account_mail = AccountMailService(store=store, encryptor=encryptor, clock=clock, ids=ids)
    event_handlers = {**recipient_handlers(recipients), **alert_handlers(alerts), **account_mail_handlers(account_mail)}
    handlers = (
        AlertsApi(alerts=alerts, cursors=Cursors(encryptor)),
        PreferencesApi(preferences=PreferenceService(store=store)),
        UnsubscribeApi(unsubscribing=UnsubscribeService(store=store, encryptor=encryptor), url=settings.url),
        DeliveryReportsApi(webhook=_webhook(settings, machine_ms), reports=DeliveryReportService(store=store, encryptor=encryptor)),
    )
    encrypted = encrypted_columns(database)
    parts = AppParts(
        name="notifier",
        spec=load_spec("notifier"),
        handlers=handlers,
        verify=verify,
        statuses=STATUSES,
        metrics=metrics,
        checks={"database": database.check},
        workers=database.threads,
        validate_responses=validate_responses,
        quiet=quiet,
    )
    return Service(
        name="notifier",
        web=build_app(parts),
        outbox=SqlOutbox(database, shared.outbox, owner=relay_owner),
        queues=(_queue(event_handlers),),
        workers=(worker, clean_up_hourly("notifier", store, shared.due_job, holder=relay_owner, now=machine_ms)),
        migrate=lambda: migrate(database, "notifier"),
        rekey=lambda: (column.rekey(encryptor) for column in encrypted),
        check_keys=lambda: check_keys(encrypted, encryptor),
        check=database.check,
        probes=lambda: [*database_probes(database, "notifier", "NOTIFIER_DB"), mail_probe(settings, clock)],
        close=database.close,
    )


def _queue(handlers: EventHandlers) -> Queue:
    def handle(event: Event) -> None:
        handlers[event.type](IncomingEvent(event.id, event.type, event.data, event.occurred_at))

    return Queue(name="notifier.alerts", types=tuple(handlers), handler=handle, erasure_events=("user.deleted",))


def _webhook(settings: NotifierSettings, machine_ms: Callable[[], int]) -> SendGridWebhook:
    try:
        return SendGridWebhook(settings.hook_key, now=lambda: machine_ms() / 1000)
    except ValueError as error:
        raise SettingsError([f"SENDGRID_HOOK_KEY: {error}"]) from error


def _whole_milliseconds(clock: Clock) -> Clock:
    """Return a clock with the precision of the store, so that a response is the same before and after storing."""

    def now() -> datetime:
        moment = clock()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    return now
