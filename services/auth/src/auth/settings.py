"""The settings of auth."""

from __future__ import annotations

from dataclasses import dataclass

from auth.store.cloudant.address import CloudantAddress, cloudant_address
from chassis.platform import Bound
from chassis.runtime.settings import CommonSettings, setting, true_or_false, whole_number
from chassis.security.gateway_keys import GATEWAY_KEY_DOC, parse_gateway_keys

_MOST = 1_000_000


def _store(text: str) -> str:
    if text.startswith(("cloudant://", "cloudants://")):
        return text  # checked together with the secrets, see `problems`
    if not text.startswith("sqlite:///") or text == "sqlite:///":
        # The value is not repeated: it may contain a password.
        raise ValueError("must be sqlite:///<path to a file> or cloudants://<user>:<password>@<host>/<database>")
    return text


@dataclass(frozen=True, kw_only=True)
class AuthSettings(CommonSettings):
    """The settings of auth."""

    store: str = setting(
        "AUTH_STORE",
        "the document store: sqlite:///<path> or cloudants://<host>/<database>",
        parse=_store,
        bound=Bound("documents"),
        secret=True,
    )
    store_password: str = setting(
        "AUTH_STORE_PASSWORD", "overrides the password in AUTH_STORE", default="", bound=Bound("documents", "password"), secret=True
    )
    store_apikey: str = setting(
        "AUTH_STORE_APIKEY", "an IAM API key for the database", default="", bound=Bound("documents", "apikey"), secret=True
    )
    gateway_keys: tuple[str, ...] = setting(
        "OUTLAY_GATEWAY_KEY", GATEWAY_KEY_DOC, default=(), parse=parse_gateway_keys, secret=True
    )
    cookie_secure: bool = setting(
        "AUTH_COOKIE_SECURE", "false if browsers connect over plain HTTP", default=True, parse=true_or_false
    )
    rate_limit_factor: int = setting(
        "AUTH_RATE_LIMIT_FACTOR", "multiplies all rate limits", default=1, parse=whole_number(1, _MOST)
    )

    @property
    def cloudant(self) -> CloudantAddress | None:
        """The address of the database, None for SQLite; raises ValueError if it cannot work."""
        if self.store.startswith("sqlite:"):
            return None
        return cloudant_address(self.store, password=self.store_password, apikey=self.store_apikey)

    def problems(self) -> list[str]:
        try:
            _ = self.cloudant
        except ValueError as error:
            return [*super().problems(), f"AUTH_STORE: {error}"]
        return super().problems()


@dataclass(frozen=True, kw_only=True)
class AuthServerSettings(AuthSettings):
    """The settings of a server that gateways reach over a network, where they must authenticate."""

    gateway_keys: tuple[str, ...] = setting("OUTLAY_GATEWAY_KEY", GATEWAY_KEY_DOC, parse=parse_gateway_keys, secret=True)
