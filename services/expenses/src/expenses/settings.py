"""Settings of the expenses service."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from chassis.platform import Bound
from chassis.runtime.settings import CommonSettings, one_of, setting, whole_number
from chassis.storage.address import store_address


def _store(text: str) -> str:
    if text.startswith("file:") and len(text) > len("file:"):
        return text
    address = urlsplit(text)
    if address.scheme != "cos" or not address.hostname or "endpoint" not in parse_qs(address.query):
        raise ValueError("must be file:<folder> or cos://<bucket>[/<prefix>]?endpoint=https://<host>[&region=<region>]")
    return text


def _scanner(text: str) -> str:
    if text and (urlsplit(text).scheme != "clamav" or not urlsplit(text).hostname):
        raise ValueError(f"is {text!r}, must be clamav://<host>[:<port>]")
    return text


@dataclass(frozen=True, kw_only=True)
class ExpensesSettings(CommonSettings):
    """All settings."""

    database: str = setting(
        "EXPENSES_DB",
        "a SQLAlchemy URL, such as sqlite:////data/expenses.db",
        parse=store_address,
        bound=Bound("sql", own="expenses"),
        secret=True,
    )
    receipts: str = setting(
        "RECEIPTS",
        "where receipts are kept: file:<folder> or cos://<bucket>?endpoint=https://<host>",
        parse=_store,
        bound=Bound("objects"),
    )
    receipts_downloads: str = setting(
        "RECEIPTS_DOWNLOADS",
        "gateway, or presigned: browsers fetch a file from the object store itself",
        default="gateway",
        parse=one_of("gateway", "presigned"),
    )
    receipts_encryption: str = setting(
        "RECEIPTS_ENCRYPTION",
        "a server-side encryption to request from the object store for each file",
        default="",
        parse=one_of("", "AES256"),
    )
    receipts_scanner: str = setting(
        "RECEIPTS_SCANNER", "a virus scanner that checks each upload: clamav://<host>[:<port>]", default="", parse=_scanner
    )
    receipts_memory: int = setting(
        "RECEIPTS_MEMORY",
        "MB of memory that opening one receipt may take; two are opened at a time",
        default=1024,
        parse=whole_number(128, 16_384),
    )
    cos_api_key: str = setting(
        "COS_API_KEY", "an IAM API key for the object store", default="", bound=Bound("objects", "apikey"), secret=True
    )
    cos_instance: str = setting(
        "COS_INSTANCE", "the CRN of the object store's instance, with COS_API_KEY", default="", bound=Bound("objects", "instance")
    )
    cos_iam_url: str = setting(
        "COS_IAM_URL", "where an API key is exchanged for a token", default="https://iam.cloud.ibm.com/identity/token"
    )
    cos_access_key: str = setting(
        "COS_ACCESS_KEY",
        "an HMAC access key for the object store, instead of COS_API_KEY",
        default="",
        bound=Bound("objects", "access_key"),
        secret=True,
    )
    cos_secret_key: str = setting(
        "COS_SECRET_KEY", "the secret of COS_ACCESS_KEY", default="", bound=Bound("objects", "secret_key"), secret=True
    )

    def problems(self) -> list[str]:
        found = super().problems()
        if self.receipts.startswith("cos:"):
            by_iam, by_hmac = bool(self.cos_api_key), bool(self.cos_access_key and self.cos_secret_key)
            if by_iam == by_hmac:
                found.append("RECEIPTS: an object store needs either COS_API_KEY, or COS_ACCESS_KEY and COS_SECRET_KEY")
            if by_hmac is False and self.receipts_downloads == "presigned":
                found.append("RECEIPTS_DOWNLOADS: presigned needs COS_ACCESS_KEY and COS_SECRET_KEY; an API key cannot sign")
        return found
