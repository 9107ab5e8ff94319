"""What auth can be told from outside."""

from __future__ import annotations

from dataclasses import dataclass

from auth.store.cloudant.address import CloudantAddress, cloudant_address
from chassis.platform import Bound
from chassis.runtime.settings import CommonSettings, one_of, setting, whole_number
from chassis.security.gateway_keys import GATEWAY_KEY_DOC, parse_gateway_keys

_MOST = 1_000_000


def _store(text: str) -> str:
    if text.startswith(("cloudant://", "cloudants://")):
        return text  # read together with what may not stand in it, see `problems`
    if not text.startswith("sqlite:///") or text == "sqlite:///":
        # What was given is not repeated: it may hold a password.
        message = "must be sqlite:///<path to a file> or cloudants://<user>:<password>@<host>/<database>"
        raise ValueError(message)
    return text


def _yes(text: str) -> bool:
    return one_of("true", "false")(text) == "true"


@dataclass(frozen=True, kw_only=True)
class AuthSettings(CommonSettings):
    """The settings of auth."""

    store: str = setting(
        "AUTH_STORE",
        "where the documents are: sqlite:///<path> or cloudants://<host>/<database>",
        parse=_store,
        bound=Bound("documents"),
        secret=True,
    )
    store_password: str = setting(
        "AUTH_STORE_PASSWORD",
        "goes before the password in AUTH_STORE",
        default="",
        bound=Bound("documents", "password"),
        secret=True,
    )
    store_apikey: str = setting(
        "AUTH_STORE_APIKEY", "an IAM key that opens the database", default="", bound=Bound("documents", "apikey"), secret=True
    )
    gateway_keys: tuple[str, ...] = setting(
        "OUTLAY_GATEWAY_KEY", GATEWAY_KEY_DOC, default=(), parse=parse_gateway_keys, secret=True
    )
    cookie_secure: bool = setting("AUTH_COOKIE_SECURE", "false where the browser comes over plain HTTP", default=True, parse=_yes)
    rate_limit_factor: int = setting("AUTH_RATE_LIMIT_FACTOR", "widens all rate limits", default=1, parse=whole_number(1, _MOST))

    @property
    def cloudant(self) -> CloudantAddress | None:
        """The database, if the documents are in one; raises ValueError if there can't be such a one."""
        if self.store.startswith("sqlite:"):
            return None
        return cloudant_address(self.store, password=self.store_password, apikey=self.store_apikey)

    def problems(self) -> list[str]:
        """Return a sentence for each combination that cannot be."""
        try:
            _ = self.cloudant
        except ValueError as error:
            return [*super().problems(), f"AUTH_STORE: {error}"]
        return super().problems()


@dataclass(frozen=True, kw_only=True)
class AuthServerSettings(AuthSettings):
    """The settings of a server that gateways reach over a network, where they have to prove themselves."""

    gateway_keys: tuple[str, ...] = setting("OUTLAY_GATEWAY_KEY", GATEWAY_KEY_DOC, parse=parse_gateway_keys, secret=True)
