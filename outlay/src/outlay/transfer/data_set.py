"""All data of the services: every store that the settings name, in the data folder or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import auth.settings
import auth.transfer
import budgets.settings
import budgets.transfer
import expenses.settings
import expenses.transfer
import notifier.settings
import notifier.transfer
from chassis.messaging.broker_settings import BrokerSettings
from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.rabbitmq import RabbitBus
from chassis.messaging.rabbitmq.topology import suite_queues
from chassis.runtime.metrics import Metrics
from chassis.runtime.settings import SettingsError, read_settings
from chassis.security.data_keys import encryptor_from
from chassis.security.encryption import Encryptor
from chassis.storage.transfer import ServiceData, TransferPart
from outlay.folder import keep_private
from outlay.server import hold_folder
from outlay.settings import HomeSettings

_STORES = ("AUTH_STORE", "EXPENSES_DB", "BUDGETS_DB", "NOTIFIER_DB", "RECEIPTS")


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """All data of the services, and whether something is still pending."""

    encryptor: Encryptor
    services: tuple[ServiceData, ...]
    messages: Callable[[], dict[tuple[str, str], int]]
    """Returns how many events there are by (queue, state)."""

    def parts(self) -> Iterator[tuple[str, TransferPart]]:
        for service in self.services:
            for part in service.parts:
                yield f"{service.name}/{part.name}", part

    def names(self) -> list[str]:
        """Return the names of all parts, including files."""
        return [*(name for name, _part in self.parts()), *(f"{s.name}/files" for s in self.services if s.files)]

    def pending(self) -> list[str]:
        """Return a sentence for each thing that is still pending, dead letters aside."""
        unfinished = [f"{service.name}: {sentence}" for service in self.services for sentence in service.pending()]
        queued = [(queue, state, count) for (queue, state), count in sorted(self.messages().items()) if count and state != "dead"]
        return [*unfinished, *(f"{queue}: {count} events are {state}" for queue, state, count in queued)]

    def dead_letters(self) -> int:
        return sum(count for (_queue, state), count in self.messages().items() if state == "dead")


@contextmanager
def opened(settings: HomeSettings, environ: Mapping[str, str]) -> Iterator[DataSet]:
    """Open all stores, and lock the data folder if any of them is in it.

    Raises:
        SettingsError: if a setting is invalid, or there is no data key.
        DataFolderInUseError: if Outlay runs on the data folder.
    """
    at_home = any(name not in environ and f"{name}_FILE" not in environ for name in _STORES)
    with hold_folder(settings.data) if at_home else nullcontext():
        if at_home:
            keep_private(settings.data)
        data_set = _data_set(settings, environ)
        try:
            yield data_set
        finally:
            for service in data_set.services:
                service.close()


def _data_set(settings: HomeSettings, environ: Mapping[str, str]) -> DataSet:
    own = settings.environment_of_services()
    services = (
        auth.transfer.data_of(read_settings(auth.settings.AuthSettings, environ, defaults=own)),
        expenses.transfer.data_of(read_settings(expenses.settings.ExpensesSettings, environ, defaults=own)),
        budgets.transfer.data_of(read_settings(budgets.settings.BudgetsSettings, environ, defaults=own)),
        notifier.transfer.data_of(read_settings(notifier.settings.NotifierSettings, environ, defaults=own)),
    )
    return DataSet(encryptor=_encryptor(settings), services=services, messages=_messages(settings, environ))


def _encryptor(settings: HomeSettings) -> Encryptor:
    if not settings.data_keys and not settings.key_file.exists():
        message = (
            f"OUTLAY_DATA_KEY: is missing, and there is no {settings.key_file}: without it the email addresses cannot be decrypted"
        )
        raise SettingsError([message])
    return encryptor_from(settings, file=settings.key_file)


def _messages(settings: HomeSettings, environ: Mapping[str, str]) -> Callable[[], dict[tuple[str, str], int]]:
    broker = read_settings(BrokerSettings, environ).broker
    if broker is not None:
        return RabbitBus("outlay transfer", broker, metrics=Metrics(), dead_letters_of=tuple(suite_queues())).counts
    path = settings.data / "bus.db"

    def counts() -> dict[tuple[str, str], int]:
        if not path.exists():
            return {}
        bus = EmbeddedBus(path, [], metrics=Metrics())
        try:
            return bus.counts()
        finally:
            bus.close()

    return counts
