"""Settings of a gateway that runs as a process of its own."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.messaging.broker_settings import BrokerSettings
from chassis.process.server_settings import DrainingSettings, PublicServerSettings
from chassis.runtime.settings import setting, web_address
from chassis.security.gateway_keys import GATEWAY_KEY_DOC, parse_gateway_keys


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(BrokerSettings, PublicServerSettings, DrainingSettings):
    """The settings of `python -m gateway serve`."""

    url: str = setting(
        "OUTLAY_URL",
        "the address in people's browsers",
        default="http://127.0.0.1:8000",
        parse=web_address("https://outlay.example.com"),
    )
    gateway_keys: tuple[str, ...] = setting("OUTLAY_GATEWAY_KEY", GATEWAY_KEY_DOC, parse=parse_gateway_keys, secret=True)
    auth: str = setting("AUTH_URL", "the address of auth", parse=web_address("http://auth:8000"))
    expenses: str = setting("EXPENSES_URL", "the address of expenses", parse=web_address("http://expenses:8000"))
    budgets: str = setting("BUDGETS_URL", "the address of budgets", parse=web_address("http://budgets:8000"))
    notifier: str = setting("NOTIFIER_URL", "the address of notifier", parse=web_address("http://notifier:8000"))
    assistant: str = setting(
        "ASSISTANT_URL",
        "the address of the assistant; empty if there is none",
        default="",
        parse=web_address("http://assistant:8000", optional=True),
    )

    @property
    def services(self) -> dict[str, str]:
        services = {"auth": self.auth, "expenses": self.expenses, "budgets": self.budgets, "notifier": self.notifier}
        return {**services, **({"assistant": self.assistant} if self.assistant else {})}
