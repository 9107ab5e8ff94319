"""Settings of a gateway that runs by itself: where the services are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from chassis.bus.settings import BrokerSettings
from chassis.settings import setting, whole_number


def _address(text: str) -> str:
    if urlsplit(text).scheme not in ("http", "https"):
        message = f"is {text!r}, must be an address such as http://auth:8000"
        raise ValueError(message)
    return text.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(BrokerSettings):
    """What `python -m gateway serve` can be told."""

    host: str = setting("OUTLAY_HOST", "the address to listen on", default="127.0.0.1")
    port: int = setting("OUTLAY_PORT", "the port to listen on", default=8000, parse=whole_number(0, 65535))
    url: str = setting("OUTLAY_URL", "the address in people's browsers", default="http://127.0.0.1:8000", parse=_address)
    proxies: int = setting(
        "OUTLAY_PROXIES", "how many proxies in front add to X-Forwarded-For whom they saw", default=0, parse=whole_number(0, 9)
    )
    auth: str = setting("AUTH_URL", "where auth is", parse=_address)
    expenses: str = setting("EXPENSES_URL", "where expenses is", parse=_address)
    budgets: str = setting("BUDGETS_URL", "where budgets is", parse=_address)
    notifier: str = setting("NOTIFIER_URL", "where notifier is", parse=_address)

    @property
    def services(self) -> dict[str, str]:
        """Name to address."""
        return {"auth": self.auth, "expenses": self.expenses, "budgets": self.budgets, "notifier": self.notifier}
