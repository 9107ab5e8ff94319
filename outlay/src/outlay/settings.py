"""Settings of the home process: its data folder and address. Each service adds its own."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from chassis.messaging.broker_settings import BrokerSettings
from chassis.process.server_settings import PublicServerSettings
from chassis.runtime.settings import setting
from chassis.security.data_keys import KeySettings

SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant")
"""The services behind the gateway."""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class HomeSettings(BrokerSettings, PublicServerSettings, KeySettings):
    """The settings of `outlay run`."""

    data: Path = setting("OUTLAY_DATA", "the folder that holds everything", default=Path("var"), parse=Path)
    url: str = setting("OUTLAY_URL", "the address in people's browsers and mails", default="")

    def problems(self) -> list[str]:
        found = super().problems()
        if self.environment == "development" and not _is_loopback(self.host):
            found.append(
                f"OUTLAY_HOST: is {self.host!r}, but development mode listens on this machine only; "
                "use 127.0.0.1, or OUTLAY_ENV=production"
            )
        return found

    @property
    def key_file(self) -> Path:
        """The file with the data keys, used if no setting gives any."""
        return self.data.resolve() / "keys" / "data.key"

    @property
    def public_url(self) -> str:
        """The address in people's browsers, without a slash at the end."""
        return (self.url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers use https."""
        return urlsplit(self.public_url).scheme == "https"

    def environment_of_services(self) -> dict[str, str]:
        """Return the services' settings that follow from these; explicit settings and bindings override them."""
        folder = self.data.resolve()
        return {
            "AUTH_STORE": f"sqlite:///{folder}/auth.db",
            "AUTH_COOKIE_SECURE": "true" if self.secure else "false",
            "EXPENSES_DB": f"sqlite:///{folder}/expenses.db",
            "RECEIPTS": f"file:{folder}/receipts",
            "BUDGETS_DB": f"sqlite:///{folder}/budgets.db",
            "NOTIFIER_DB": f"sqlite:///{folder}/notifier.db",
            "NOTIFIER_MAIL": f"file:{folder}/mail",
            "OUTLAY_URL": self.public_url,
        }
