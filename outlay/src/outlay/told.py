"""All that the services in the home process are told; what is wrong is said at once, for all of them."""

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
"""What each service behind the gateway can be told beside what every process can."""
ASSISTANT = (AssistantProcessSettings, AssistantSettings)
"""What the assistant, which has no store, can be told as a process of its own; and what it can be told in any case."""
GATEWAY = GatewaySettings


@dataclass(frozen=True)
class Told:
    """The settings of each service."""

    auth: AuthSettings
    expenses: ExpensesSettings
    budgets: BudgetsSettings
    notifier: NotifierSettings
    assistant: AssistantSettings


def read_all(settings: HomeSettings, environ: Mapping[str, str]) -> Told:
    """Read them; raises SettingsError with all problems of all services."""
    defaults, problems = settings.environment_of_services(), dict[str, None]()

    def read(kind: type[T]) -> T | None:
        try:
            return read_settings(kind, environ, defaults=defaults)
        except SettingsError as error:
            problems.update(dict.fromkeys(error.problems))
            return None

    who, spent, meant, told = read(AuthSettings), read(ExpensesSettings), read(BudgetsSettings), read(NotifierSettings)
    helping = read(AssistantSettings)
    if who is None or spent is None or meant is None or told is None or helping is None:
        raise SettingsError(list(problems))
    found = [
        *_shared_databases({"EXPENSES_DB": spent.database, "BUDGETS_DB": meant.database, "NOTIFIER_DB": told.database}),
        *_lost_keys(settings, environ),
    ]
    if found:
        raise SettingsError(found)
    return Told(who, spent, meant, told, helping)


def _shared_databases(databases: Mapping[str, str]) -> list[str]:
    counts = Counter(databases.values())
    same = [name for name, url in databases.items() if counts[url] > 1 and url != "sqlite://"]
    if not same:
        return []
    which = ",".join(f"<binding>/<database>={name}" for name in same)
    return [f"{' and '.join(same)}: are one database, and each needs its own; set them apart, such as OUTLAY_BINDINGS={which}"]


def _lost_keys(settings: HomeSettings, environ: Mapping[str, str]) -> list[str]:
    """On such platforms the folder ends with the process, and what the stores have sealed could be read by nobody any more."""
    if settings.data_keys or not ({"VCAP_SERVICES", "CE_SERVICES"} & environ.keys()):
        return []
    return ["OUTLAY_DATA_KEY: is missing: bound stores outlive this machine's disk, where a key would be made and lost"]
