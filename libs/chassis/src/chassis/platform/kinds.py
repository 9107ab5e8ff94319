"""Determines the kind of a bound service, from its label and name or else from its credentials."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from chassis.platform.binding import Binding

DOCUMENTS, SQL, OBJECTS, BROKER, MAIL = "documents", "sql", "objects", "broker", "mail"
KINDS = {
    DOCUMENTS: "IBM Cloudant or CouchDB",
    SQL: "Db2 or MySQL",
    OBJECTS: "IBM Cloud Object Storage or S3",
    BROKER: "RabbitMQ",
    MAIL: "SendGrid",
}

_WORDS = {
    DOCUMENTS: re.compile(r"cloudant|couchdb"),
    SQL: re.compile(r"db2|dashdb|mysql|mariadb|cleardb"),
    OBJECTS: re.compile(r"object-?storage|\bs3\b|\bcos\b"),
    BROKER: re.compile(r"rabbitmq|\bamqp\b|cloudamqp"),
    MAIL: re.compile(r"sendgrid"),
}
_SCHEMES = {
    "cloudant": DOCUMENTS,
    "cloudants": DOCUMENTS,
    "couchdb": DOCUMENTS,
    "db2": SQL,
    "mysql": SQL,
    "mariadb": SQL,
    "amqp": BROKER,
    "amqps": BROKER,
}
_USER_PROVIDED = "user-provided"


def kind_of(binding: Binding) -> str:
    """Return the kind, empty for one that Outlay does not use."""
    label = "" if binding.label == _USER_PROVIDED else binding.label
    return _by_words(label) or _by_words(*binding.tags) or _by_shape(binding.credentials) or _by_name(binding)


def _by_words(*words: str) -> str:
    for kind, pattern in _WORDS.items():
        if any(pattern.search(word.lower()) for word in words):
            return kind
    return ""


def _by_shape(credentials: Any) -> str:
    if credentials.get("cos_hmac_keys") or ("resource_instance_id" in credentials and "endpoints" in credentials):
        return OBJECTS
    connection = credentials.get("connection")
    schemes = list(connection) if isinstance(connection, dict) else []
    for key in ("uri", "url"):
        if isinstance(credentials.get(key), str):
            schemes.append(urlsplit(credentials[key]).scheme)
    return next((_SCHEMES[scheme] for scheme in schemes if scheme in _SCHEMES), "")


def _by_name(binding: Binding) -> str:
    """User-provided services have no label but their name; a platform's services have one."""
    return _by_words(binding.name, *binding.aliases) if binding.label in ("", _USER_PROVIDED) else ""
