"""Bound services as platforms write them down, in the shapes that IBM documents; every value is made up."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "made-up-secret"
PEM = "-----BEGIN CERTIFICATE-----\nbWFkZSB1cA==\n-----END CERTIFICATE-----\n"
_CERTIFICATE = {"certificate_base64": base64.b64encode(PEM.encode()).decode(), "name": "made-up-name"}


def cloudant(name: str = "accounts", **more: Any) -> dict[str, Any]:
    """Return a service of the label cloudantNoSQLDB."""
    credentials = {
        "apikey": SECRET,
        "host": "made-up-bluemix.cloudantnosqldb.appdomain.cloud",
        "iam_apikey_description": "Auto-generated for key crn:v1:made-up",
        "iam_role_crn": "crn:v1:bluemix:public:iam::::serviceRole:Manager",
        "password": SECRET,
        "port": 443,
        "url": f"https://made-up-bluemix:{SECRET}@made-up-bluemix.cloudantnosqldb.appdomain.cloud",
        "username": "made-up-bluemix",
        **more,
    }
    return _service(name, "cloudantNoSQLDB", ["data_management", "ibm_created"], credentials)


def db2(name: str = "tables") -> dict[str, Any]:
    """Return a service of Db2 on Cloud as it is today."""
    part = _composed("db2", "bludb", port=31198, path="/bludb") | {"database": "bludb"}
    return _service(
        name, "dashDB For Transactions", ["big_data", "ibm_created", "db2"], {"apikey": SECRET, "connection": {"db2": part}}
    )


def old_db2(name: str = "old-tables", *, port: int = 50000) -> dict[str, Any]:
    """Return a service of Db2 as it was until 2021."""
    host = "dashdb-made-up.services.dal.bluemix.net"
    credentials = {
        "db": "BLUDB",
        "dsn": f"DATABASE=BLUDB;HOSTNAME={host};PORT={port};PROTOCOL=TCPIP;UID=made;PWD={SECRET};",
        "host": host,
        "hostname": host,
        "jdbcurl": f"jdbc:db2://{host}:{port}/BLUDB",
        "password": SECRET,
        "port": port,
        "ssldsn": f"DATABASE=BLUDB;HOSTNAME={host};PORT=50001;PROTOCOL=TCPIP;UID=made;PWD={SECRET};Security=SSL;",
        "uri": f"db2://made:{SECRET}@{host}:{port}/BLUDB",
        "username": "made",
    }
    return _service(name, "dashDB", [], credentials)


def mysql(name: str = "rows", database: str = "ibmclouddb") -> dict[str, Any]:
    """Return a service of IBM Cloud Databases for MySQL."""
    part = _composed("mysql", database, port=32000, path=f"/{database}") | {"database": database}
    return _service(name, "databases-for-mysql", [], {"connection": {"mysql": part, "cli": {"bin": "mysql"}}})


def rabbitmq(name: str = "events") -> dict[str, Any]:
    """Return a service of Messages for RabbitMQ."""
    other = _composed("https", "", port=30001, path="")
    connection = {"amqps": _composed("amqps", "", port=30000, path=""), "https": other}
    return _service(name, "messages-for-rabbitmq", [], {"connection": connection})


def object_storage(name: str = "files", *, hmac: bool = False, **more: Any) -> dict[str, Any]:
    """Return a service of Cloud Object Storage; `more` is what other stores and people add: bucket, endpoint."""
    keys = {"cos_hmac_keys": {"access_key_id": "made-up-access", "secret_access_key": SECRET}} if hmac else {}
    credentials = {
        "apikey": SECRET,
        "endpoints": "https://control.cloud-object-storage.cloud.ibm.com/v2/endpoints",
        "iam_role_crn": "crn:v1:bluemix:public:iam::::serviceRole:Writer",
        "resource_instance_id": "crn:v1:bluemix:public:cloud-object-storage:global:a/made:up::",
        **keys,
        **more,
    }
    return _service(name, "cloud-object-storage", [], credentials)


def provided(name: str, **credentials: Any) -> dict[str, Any]:
    """Return a service that somebody provides themselves."""
    return _service(name, "user-provided", [], credentials)


def vcap(*services: dict[str, Any]) -> str:
    """Return VCAP_SERVICES, or CE_SERVICES."""
    kinds: dict[str, list[Any]] = {}
    for service in services:
        kinds.setdefault(service["label"], []).append(service)
    return json.dumps(kinds)


def folder(root: Path, name: str, **files: str) -> Path:
    """Write a binding as servicebinding.io has it; return the root."""
    path = root / name
    path.mkdir(parents=True)
    for file, text in files.items():
        (path / file.replace("_", "-")).write_text(f"{text}\n")
    return root


def _service(name: str, label: str, tags: list[str], credentials: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": label,
        "name": name,
        "instance_name": name,
        "binding_name": None,
        "plan": "standard",
        "tags": tags,
        "credentials": credentials,
    }


def _composed(scheme: str, database: str, *, port: int, path: str) -> dict[str, Any]:
    host = "made-up.databases.appdomain.cloud"
    return {
        "authentication": {"method": "direct", "username": "ibm_cloud_made", "password": SECRET},
        "certificate": _CERTIFICATE,
        "composed": [f"{scheme}://ibm_cloud_made:{SECRET}@{host}:{port}/{database}"],
        "hosts": [{"hostname": host, "port": port}],
        "path": path,
        "query_options": {},
        "scheme": scheme,
        "type": "uri",
    }
