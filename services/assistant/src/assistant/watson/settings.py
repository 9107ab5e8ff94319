"""The settings of Watson Assistant."""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from chassis.runtime.settings import setting, true_or_false

IAM_URL = "https://iam.cloud.ibm.com"
VERSION = "2024-08-25"
"""The version of the API that ibm-watson 11.2.0 was made for."""


def _address(text: str) -> str:
    parts = urlsplit(text)
    plain = parts.scheme == "http" and _is_here(parts.hostname or "")
    if text and (not parts.hostname or parts.query or parts.username or not (parts.scheme == "https" or plain)):
        message = "must be an https address without user and query, such as https://api.eu-de.assistant.watson.cloud.ibm.com/instances/..."
        raise ValueError(message)
    return text.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret(text: str) -> str:
    if not text.isascii() or not text.isprintable() or text.strip("{}\"' ") != text:
        raise ValueError("must be one line of ASCII without surrounding quotes, braces or spaces")
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,100}", text):
        raise ValueError(f"is {text!r}, must be an id such as 0f0b2a44-5a0e-4f7a-9d6b-2b1f0c9be3aa")
    return text


def _version(text: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", text):
        raise ValueError(f"is {text!r}, must be a date such as {VERSION}")
    return text


def _certificates(text: str) -> str:
    if text:
        try:
            ssl.create_default_context(cafile=text)
        except (OSError, ValueError) as error:
            raise ValueError(f"the file {text} holds no certificates that can be read") from error
    return text


@dataclass(frozen=True, kw_only=True)
class WatsonSettings:
    """Which Watson Assistant answers; without WATSON_URL, none does."""

    watson_url: str = setting(
        "WATSON_URL",
        "the URL of a watsonx Assistant instance, from its credentials; empty: the built-in assistant answers",
        default="",
        parse=_address,
    )
    watson_assistant_id: str = setting("WATSON_ASSISTANT_ID", "the id of the assistant", default="", parse=_id)
    watson_environment_id: str = setting("WATSON_ENVIRONMENT_ID", "the id of its environment, draft or live", default="", parse=_id)
    watson_apikey: str = setting("WATSON_APIKEY", "an IBM Cloud API key for it", default="", parse=_secret, secret=True)
    watson_iam_url: str = setting(
        "WATSON_IAM_URL", "where IBM Cloud exchanges API keys for tokens", default=IAM_URL, parse=_address
    )
    watson_cp4d_url: str = setting(
        "WATSON_CP4D_URL",
        "where Cloud Pak for Data issues tokens, such as https://cpd.example.com/icp4d-api",
        default="",
        parse=_address,
    )
    watson_cp4d_username: str = setting("WATSON_CP4D_USERNAME", "a user of Cloud Pak for Data", default="")
    watson_cp4d_apikey: str = setting("WATSON_CP4D_APIKEY", "that user's API key", default="", parse=_secret, secret=True)
    watson_cp4d_password: str = setting("WATSON_CP4D_PASSWORD", "or that user's password", default="", secret=True)
    watson_ca: str = setting(
        "WATSON_CA",
        "a file with the CA certificates of both, if they are not signed by a public CA",
        default="",
        parse=_certificates,
    )
    watson_version: str = setting("WATSON_VERSION", "the version of the Assistant v2 API", default=VERSION, parse=_version)
    watson_extension: bool = setting(
        "WATSON_EXTENSION",
        "whether Watson gets a short-lived token with which its extension may read from Outlay: true or false",
        default=False,
        parse=true_or_false,
    )

    @property
    def watson_is_set(self) -> bool:
        return bool(self.watson_url)

    def problems(self) -> list[str]:
        if not self.watson_is_set:
            return [f"{name}: is set, but WATSON_URL is not" for name, value in self._given().items() if value]
        needed = {"WATSON_ASSISTANT_ID": self.watson_assistant_id, "WATSON_ENVIRONMENT_ID": self.watson_environment_id}
        missing = [f"{name}: is required with WATSON_URL" for name, value in needed.items() if not value]
        return [*missing, *self._sign_in_problems()]

    def _given(self) -> dict[str, object]:
        return {
            "WATSON_ASSISTANT_ID": self.watson_assistant_id,
            "WATSON_ENVIRONMENT_ID": self.watson_environment_id,
            "WATSON_APIKEY": self.watson_apikey,
            "WATSON_CP4D_URL": self.watson_cp4d_url,
            "WATSON_EXTENSION": self.watson_extension,
        }

    def _sign_in_problems(self) -> list[str]:
        if not self.watson_cp4d_url:
            given = {
                "WATSON_CP4D_USERNAME": self.watson_cp4d_username,
                "WATSON_CP4D_APIKEY": self.watson_cp4d_apikey,
                "WATSON_CP4D_PASSWORD": self.watson_cp4d_password,
            }
            alone = [f"{name}: is set, but WATSON_CP4D_URL is not" for name, value in given.items() if value]
            return alone or ([] if self.watson_apikey else ["WATSON_APIKEY: is missing; set it, or WATSON_CP4D_URL"])
        if self.watson_apikey:
            return ["WATSON_APIKEY: is for IBM Cloud, WATSON_CP4D_URL for Cloud Pak for Data; set one of them"]
        if not self.watson_cp4d_username:
            return ["WATSON_CP4D_USERNAME: is required with WATSON_CP4D_URL"]
        if bool(self.watson_cp4d_apikey) == bool(self.watson_cp4d_password):
            return ["WATSON_CP4D_APIKEY: set either it or WATSON_CP4D_PASSWORD"]
        return []
