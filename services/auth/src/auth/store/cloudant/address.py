"""The address of the database, with the way to authenticate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

AUTH_METHODS = ("none", "basic", "session", "iam")
IAM_URL = "https://iam.cloud.ibm.com"
_FORMAT = "must be cloudants://<user>:<password>@<host>/<database>, or cloudant:// for plain HTTP"
_DATABASE = re.compile(r"[a-z][a-z0-9_-]{0,127}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class CloudantAddress:
    """A database and how to authenticate. Secrets are not in its repr."""

    url: str
    """The server, without credentials."""
    database: str
    auth: str
    """One of AUTH_METHODS."""
    user: str = ""
    password: str = field(default="", repr=False)
    apikey: str = field(default="", repr=False)
    iam_url: str = IAM_URL
    ca: str = ""
    """PEM file of the authorities to trust; empty for those of certifi."""
    seconds: float = 5.0
    """How long a response may take."""

    def __post_init__(self) -> None:
        """Raise ValueError, whose text contains no secret, if this cannot work."""
        message = self._auth_problem() or self._transport_problem()
        if message:
            raise ValueError(message)

    def _auth_problem(self) -> str:
        if self.auth not in AUTH_METHODS:
            return f"has an unknown auth, must be one of {', '.join(AUTH_METHODS)}"
        if self.auth in {"basic", "session"} and not (self.user and self.password):
            return f"needs a user and a password for auth={self.auth}"
        if self.auth == "iam" and not self.apikey:
            return "needs AUTH_STORE_APIKEY or AUTH_STORE_APIKEY_FILE for auth=iam"
        return ""

    def _transport_problem(self) -> str:
        plain = self.url.startswith("http://")
        if self.auth == "iam" and plain and urlsplit(self.url).hostname not in _LOOPBACK:
            return "would send IAM tokens over plain HTTP; use cloudants://"
        if self.ca and plain:
            return "has an authority's certificate but is not cloudants://"
        if self.ca and not Path(self.ca).is_file():
            return "names an authority's certificate that does not exist"
        if not 0 < self.seconds <= _LONGEST_SECONDS:
            return f"must have seconds above 0, at most {_LONGEST_SECONDS:g}"
        return ""


def cloudant_address(text: str, *, password: str = "", apikey: str = "") -> CloudantAddress:
    """Read `cloudant[s]://user:password@host:port/database?auth=&tls=&ca=&seconds=&iam=`.

    `password` overrides the one in the address. Without `auth`, an API key means IAM, and a user basic authentication.

    Raises:
        ValueError: with a sentence that contains no secret.
    """
    parts = urlsplit(text)
    port = f":{parts.port}" if parts.port else ""  # raises ValueError
    database = parts.path.strip("/")
    if parts.scheme not in {"cloudant", "cloudants"} or not parts.hostname or not _DATABASE.fullmatch(database):
        raise ValueError(_FORMAT)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(options.keys() - {"auth", "tls", "ca", "seconds", "iam"})
    if unknown:
        raise ValueError(f"has the unknown option {unknown[0]}")
    scheme = "https" if parts.scheme == "cloudants" or options.get("tls") == "true" else "http"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    user = unquote(parts.username or "")
    return CloudantAddress(
        url=f"{scheme}://{host}{port}",
        database=database,
        auth=options.get("auth") or ("iam" if apikey else "basic" if user else "none"),
        user=user,
        password=password or unquote(parts.password or ""),
        apikey=apikey,
        iam_url=options.get("iam", IAM_URL),
        ca=options.get("ca", ""),
        seconds=_seconds(options.get("seconds", "5")),
    )


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError("must have a number of seconds") from error
