"""The settings of all services in the home process; all problems are reported at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from assistant.settings import AssistantSettings
from assistant.settings import ProcessSettings as AssistantProcessSettings
from auth.settings import AuthSettings
from budgets.settings import BudgetsSettings
from chassis.runtime.settings import SettingsError, read_settings
from expenses.settings import ExpensesSettings
from gateway.settings import GatewaySettings
from notifier.settings import NotifierSettings
from outlay.settings import HomeSettings

T = TypeVar("T")

OWN: Mapping[str, type] = {
    "auth": AuthSettings,
    "expenses": ExpensesSettings,
    "budgets": BudgetsSettings,
    "notifier": NotifierSettings,
}
"""The settings of each service behind the gateway, besides the common ones."""
ASSISTANT = (AssistantProcessSettings, AssistantSettings)
"""The assistant's settings in its own process, and those it has everywhere. It has no store."""
GATEWAY = GatewaySettings


@dataclass(frozen=True)
class ServiceSettings:
    """The settings of each service."""

    auth: AuthSettings
    expenses: ExpensesSettings
    budgets: BudgetsSettings
    notifier: NotifierSettings
    assistant: AssistantSettings


def read_all(settings: HomeSettings, environ: Mapping[str, str]) -> ServiceSettings:
    """Read all settings; raises SettingsError with all problems of all services."""
    defaults, problems = settings.environment_of_services(), dict[str, None]()

    def read(kind: type[T]) -> T | None:
        try:
            return read_settings(kind, environ, defaults=defaults)
        except SettingsError as error:
            problems.update(dict.fromkeys(error.problems))
            return None

    auth, expenses, budgets = read(AuthSettings), read(ExpensesSettings), read(BudgetsSettings)
    notifier, assistant = read(NotifierSettings), read(AssistantSettings)
    if auth is None or expenses is None or budgets is None or notifier is None or assistant is None:
        raise SettingsError(list(problems))
    found = [
        *_shared_databases({"EXPENSES_DB": expenses.database, "BUDGETS_DB": budgets.database, "NOTIFIER_DB": notifier.database}),
        *_lost_keys(settings, environ),
    ]
    if found:
        raise SettingsError(found)
    return ServiceSettings(auth, expenses, budgets, notifier, assistant)


def _shared_databases(databases: Mapping[str, str]) -> list[str]:
    counts = Counter(databases.values())
    same = [name for name, url in databases.items() if counts[url] > 1 and url != "sqlite://"]
    if not same:
        return []
    which = ",".join(f"<binding>/<database>={name}" for name in same)
    return [f"{' and '.join(same)}: are one database, and each needs its own; set them apart, such as OUTLAY_BINDINGS={which}"]


def _lost_keys(settings: HomeSettings, environ: Mapping[str, str]) -> list[str]:
    """Require a data key on platforms where the data folder is lost with the process, and encrypted data with it."""
    if settings.data_keys or not ({"VCAP_SERVICES", "CE_SERVICES"} & environ.keys()):
        return []
    return ["OUTLAY_DATA_KEY: is missing: bound stores outlive this machine's disk, where a key would be made and lost"]
