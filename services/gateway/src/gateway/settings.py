"""Settings of a gateway that runs as a process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from chassis.messaging.broker_settings import BrokerSettings
from chassis.runtime.settings import leave_setting, management_setting, one_of, same_port_problems, setting, whole_number
from chassis.security.gateway_keys import GATEWAY_KEY_DOC, parse_gateway_keys


def _address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https"):
        raise ValueError(f"is {text!r}, must be an address such as http://auth:8000")
    return text.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(BrokerSettings):
    """The settings of `python -m gateway serve`."""

    host: str = setting("OUTLAY_HOST", "the address to listen on", default="127.0.0.1")
    port: int = setting("OUTLAY_PORT", "the port to listen on", default=8000, parse=whole_number(0, 65535))
    management_port: int = management_setting()
    drain_seconds: int = leave_setting()
    url: str = setting("OUTLAY_URL", "the address in people's browsers", default="http://127.0.0.1:8000", parse=_address)
    hsts_subdomains: bool = setting(
        "OUTLAY_HSTS_SUBDOMAINS",
        "whether browsers shall use https for all subdomains of OUTLAY_URL's host too: true or false",
        default=False,
        parse=lambda text: one_of("true", "false")(text) == "true",
    )
    proxies: int = setting(
        "OUTLAY_PROXIES", "how many proxies in front add to X-Forwarded-For whom they saw", default=0, parse=whole_number(0, 9)
    )
    gateway_keys: tuple[str, ...] = setting("OUTLAY_GATEWAY_KEY", GATEWAY_KEY_DOC, parse=parse_gateway_keys, secret=True)
    auth: str = setting("AUTH_URL", "the address of auth", parse=_address)
    expenses: str = setting("EXPENSES_URL", "the address of expenses", parse=_address)
    budgets: str = setting("BUDGETS_URL", "the address of budgets", parse=_address)
    notifier: str = setting("NOTIFIER_URL", "the address of notifier", parse=_address)

    assistant: str = setting(
        "ASSISTANT_URL",
        "the address of the assistant; empty if there is none",
        default="",
        parse=lambda text: _address(text) if text else "",
    )

    def problems(self) -> list[str]:
        """Return a sentence for each invalid combination."""
        return [*super().problems(), *same_port_problems(self.port, self.management_port)]

    @property
    def services(self) -> dict[str, str]:
        services = {"auth": self.auth, "expenses": self.expenses, "budgets": self.budgets, "notifier": self.notifier}
        return {**services, **({"assistant": self.assistant} if self.assistant else {})}
